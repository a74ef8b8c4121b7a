// The characters of a text, and the links in it.
import { entities } from "./entities.js";

// Graphemes are the same in every language, so one segmenter serves all.
let segmenter;

export function graphemes(text) {
  segmenter ??= new Intl.Segmenter("en", { granularity: "grapheme" });
  return segmenter.segment(text);
}

export function firstGrapheme(text) {
  // Most names begin with a letter that nothing can be joined to.
  if (/^[\p{ASCII}\p{Script=Cyrillic}]{2}/u.test(text)) return text[0];
  const [first] = graphemes(text);
  return first?.segment ?? "";
}

function shownAs(url) {
  const text = url.host + (url.pathname === "/" ? "" : url.pathname) + url.search + url.hash;
  let readable = text;
  try {
    // What cannot be seen, or turns the line around, stays as it is written in the address.
    readable = decodeURI(text).replace(/[\p{C}\p{Z}]/gu, encodeURIComponent);
  } catch {
    // Not UTF-8: shown as written.
  }
  // The host is shown whole, however long: cut, it could look like another one.
  const room = Math.max(41, url.host.length);
  return readable.length > room + 1 ? `${readable.slice(0, room)}…` : readable;
}

// Controls of writing direction: inside a plain string, as a title is, they would turn what follows.
const DIRECTION = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

export const withoutDirection = (text) => text.replace(DIRECTION, "");

// How to make a link of each kind of entity: {href, label, within}, or null. `within`: it leads to a page of ours.
const links = {
  link({ value }) {
    try {
      const url = new URL(value);
      return { href: url.href, label: shownAs(url), within: false };
    } catch {
      return null;
    }
  },
  mention({ value }, written, mentions) {
    return mentions.has(value) ? { href: `/@${value}`, label: written, within: true } : null;
  },
  hashtag({ value }, written) {
    return { href: `/hashtags/${encodeURIComponent(value)}`, label: written, within: true };
  },
};

// Cuts text into strings and links. `mentions` are the handles of members in it.
export function splitLinks(text, mentions) {
  const parts = [];
  let end = 0;
  for (const entity of entities(text)) {
    const { kind, start, end: after } = entity;
    const link = links[kind](entity, text.slice(start, after), mentions);
    if (!link) continue;
    parts.push(text.slice(end, start), link);
    end = after;
  }
  parts.push(text.slice(end));
  return parts.filter((part) => part !== "");
}
