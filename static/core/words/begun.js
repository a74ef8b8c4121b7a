// Mentions and hashtags that are being typed.
import { NOT_BEFORE_MENTION } from "./entities.js";

// A mention that is being typed; names are completed too, so that any letter may follow.
const BEGUN = new RegExp(`${NOT_BEFORE_MENTION}[@＠]([\\p{L}\\p{M}\\p{N}_]{0,30})$`, "u");

/**
 * What was typed of a mention at the end of this text, in lower case, and where the mention begins; or null.
 * @param {string} text
 */
export function mentionBegun(text) {
  const found = BEGUN.exec(text);
  return found && { prefix: found[1].toLowerCase(), from: found.index };
}

const HASHTAG_BEGUN = /(?<![\p{L}\p{N}_/)&#＃@＠=?])[#＃](?<name>[\p{L}\p{M}\p{N}\p{Pc}\u00b7\u30fb\u200c]{1,100})$/u;

/**
 * The same for a hashtag of at least one letter.
 * @param {string} text
 */
export function hashtagBegun(text) {
  const found = HASHTAG_BEGUN.exec(text);
  return found && { prefix: found[1], from: found.index };
}
