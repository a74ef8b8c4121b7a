// The characters of a text, and the links in it.

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

const LINK = /https?:\/\/[^\s<>"'`\u00ab\u00bb\u201c\u201d]+/giu;
const TRAILING = /[.,:;!?…)\]}]+$/u;
const PAIRS = { ")": "(", "]": "[", "}": "{" };

// Punctuation at the end belongs to the sentence, a closing bracket only if the link opened none.
function trimLink(link) {
  const tail = TRAILING.exec(link);
  if (!tail) return link;
  let end = link.length;
  while (end > tail.index) {
    const last = link[end - 1];
    const opening = PAIRS[last];
    const body = link.slice(0, end);
    if (opening && body.split(opening).length >= body.split(last).length) break;
    end -= 1;
  }
  return link.slice(0, end);
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

// Cuts text into strings and {href, label}. Only http and https become links.
export function splitLinks(text) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    const link = trimLink(match[0]);
    let url;
    try {
      url = new URL(link);
    } catch {
      continue;
    }
    // "https://user@host" looks like one host and leads to another.
    if (!url.host || url.username) continue;
    parts.push(text.slice(end, match.index), { href: url.href, label: shownAs(url) });
    end = match.index + link.length;
  }
  parts.push(text.slice(end));
  return parts.filter((part) => part !== "");
}
