// Text as people count it.
import { graphemes } from "./text.js";

const encoder = new TextEncoder();

// Graphemes: what a reader calls a character, a flag or a family being one.
// Text far over any limit is counted roughly, so that pasting a book does not freeze the page.
export function countGraphemes(text) {
  if (text === "") return 0;
  if (text.length > 40_000) return text.length;
  return Array.from(graphemes(text)).length;
}

export const countBytes = (text) => encoder.encode(text).length;
