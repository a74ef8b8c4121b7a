// Links, mentions and hashtags in a text: the rules of server/core/entities.py, where they are explained.
// tests/texts/entities.json holds both to them.

const MAX_HASHTAG = 100;

const SPACED =
  "\\p{Script=Latin}\\p{Script=Cyrillic}\\p{Script=Greek}\\p{Script=Armenian}\\p{Script=Georgian}" +
  "\\p{Script=Hebrew}\\p{Script=Arabic}\\p{Script=Devanagari}\\u0300-\\u036f";
const ENDS_LINK =
  "\\p{White_Space}\\p{Cc}\\ufeff<>\"'`\\u00ab\\u00bb\\u2018-\\u201f\\u2039\\u203a" +
  "\\u3001\\u3002\\u3008-\\u3011\\uff01\\uff08\\uff09\\uff0c\\uff1a\\uff1b\\uff1f";
const IN_LABEL = "\\p{Script=Latin}\\p{Script=Cyrillic}\\p{Script=Greek}\\p{Nd}";
const LABEL = `[${IN_LABEL}](?:[${IN_LABEL}\\-]{0,61}[${IN_LABEL}])?`;

const TOP_LEVEL =
  "ac ad ae af ag ai al am ao ar as at au aw az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cd cf " +
  "cg ch ci ck cl cm cn co cr cu cv cw cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga gb gd " +
  "ge gf gg gh gi gl gm gn gp gq gr gt gu gw gy hk hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg " +
  "kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc me mg mh mm mn mo mp mq mr ms mt mu mv mw " +
  "mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pn pr pt pw qa re ro ru rw sa sb sc sd " +
  "se sg si sk sl sm sn sr st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy uz " +
  "va vc ve vg vi vn vu wf ws ye yt za zm zw " +
  "com org net edu gov mil int info biz dev app art blog cloud club community design digital email foundation " +
  "fun games live museum network news online page pro science shop site social software space store systems " +
  "team tech today tools website wiki world xyz " +
  "рф рус бел укр срб мкд бг қаз мон москва онлайн сайт дети орг ком ею ελ ευ";
const FILES = "cc md mk ml ps py rs sh so";

const EXPLICIT = new RegExp(`https?://[^${ENDS_LINK}]+`, "giu");
const HOST =
  /^https?:\/\/(?:\[[0-9a-f:.]+\]|[\p{L}\p{M}\p{N}_-]+(?:\.[\p{L}\p{M}\p{N}_-]+)*\.?)(?::[0-9]{1,5})?(?=[/?#]|$)/iu;
const BARE = new RegExp(
  `(?<![${SPACED}\\p{N}_@＠.\\-/:#＃&=?%+~$\\\\])` +
    `(?<host>(?:www\\.(?:${LABEL}\\.){1,20}[${IN_LABEL}]{2,}|(?:${LABEL}\\.){1,20}` +
    `(?:${TOP_LEVEL.replaceAll(" ", "|")}|(?<file>${FILES.replaceAll(" ", "|")}))))` +
    `(?![${SPACED}\\p{N}_@＠\\-]|\\.[\\p{L}\\p{N}]|:[0-9]{6})(?::[0-9]{1,5}(?![0-9]))?(?<path>[/?#][^${ENDS_LINK}]*)?`,
  "giu",
);
export const NOT_BEFORE_MENTION = `(?<![${SPACED}\\p{N}_@＠/.=&%+~\\-#＃])`;
const MENTION = new RegExp(
  `${NOT_BEFORE_MENTION}[@＠](?<handle>[a-zA-Z0-9_]{1,30})` +
    `(?![${SPACED}\\p{N}_@＠]|[.\\-][a-z0-9]|/[\\p{L}\\p{N}]|:[a-z0-9\\-]+\\.[a-z])`,
  "gu",
);
const HASHTAG = /(?<![\p{L}\p{N}_/)&#＃@＠=?])(?<!(?![\ufe0f\u20e3])\p{M})[#＃](?<name>[\p{L}\p{M}\p{N}\p{Pc}\u00b7\u30fb\u200c]+)/gu;
const JOINERS = /[\u00b7\u30fb\u200c]$/;
const ANY = /[@＠#＃]|\.\p{L}|:\/\//u;

const TRAILING = ".,:;!?…)]}";
const OPENING = { ")": "(", "]": "[", "}": "{" };

const count = (text, character) => text.split(character).length - 1;

// The link without the punctuation after it. A closing bracket belongs to it if it was opened in it.
function trimmed(link) {
  const counts = {};
  for (const pair of Object.entries(OPENING)) for (const bracket of pair) counts[bracket] = count(link, bracket);
  let end = link.length;
  while (end > 0 && TRAILING.includes(link[end - 1])) {
    const last = link[end - 1];
    const opening = OPENING[last];
    if (opening && counts[opening] >= counts[last]) break;
    if (opening) counts[last] -= 1;
    end -= 1;
  }
  return link.slice(0, end);
}

function* explicit(text) {
  for (const { 0: found, index } of text.matchAll(EXPLICIT)) {
    const link = trimmed(found);
    if (HOST.test(link)) yield { kind: "link", start: index, end: index + link.length, value: link };
  }
}

function* bare(text) {
  for (const { 0: found, index, groups } of text.matchAll(BARE)) {
    const { host, file, path = "" } = groups;
    const [before, top] = host.split(".").slice(-2);
    const ofSentence = top !== top.toLowerCase() && host !== host.toUpperCase();
    const ofNumber = top.length === 2 && /^\p{Nd}+$/u.test(before);
    if (ofSentence || ofNumber || (file && !path.startsWith("/"))) continue;
    const link = trimmed(found);
    yield { kind: "link", start: index, end: index + link.length, value: `https://${link}` };
  }
}

function* mentions(text) {
  for (const { 0: found, index, groups } of text.matchAll(MENTION)) {
    yield { kind: "mention", start: index, end: index + found.length, value: groups.handle.toLowerCase() };
  }
}

function* hashtags(text) {
  for (const { 0: found, index, groups } of text.matchAll(HASHTAG)) {
    let { name } = groups;
    while (JOINERS.test(name)) name = name.slice(0, -1);
    const joined = /^[#＃]/.test(text.slice(index + found.length));
    if (joined || !/\p{L}/u.test(name) || [...name].length > MAX_HASHTAG) continue;
    yield { kind: "hashtag", start: index, end: index + 1 + name.length, value: name };
  }
}

// What equal hashtags have in common, as far as a browser can tell: server/features/hashtags decides.
export const hashtagKey = (name) =>
  name
    .normalize("NFKC")
    .toLowerCase()
    .replace(/ß/g, "ss")
    .replace(/ς/g, "σ")
    .normalize("NFD")
    .replace(/([a-z])[\u0300-\u036f]+/g, "$1")
    .replace(/е\u0308/g, "е")
    .normalize("NFC");

/**
 * The links, mentions and hashtags of a text, in order. They don't overlap: links win.
 * @param {string} text
 * @returns {{kind: "link" | "mention" | "hashtag", start: number, end: number, value: string}[]}
 */
export function entities(text) {
  if (!ANY.test(text)) return [];
  const found = [];
  const taken = new Uint8Array(text.length);
  for (const find of [explicit, bare, mentions, hashtags]) {
    for (const one of find(text)) {
      if (taken.subarray(one.start, one.end).some(Boolean)) continue;
      found.push(one);
      taken.fill(1, one.start, one.end);
    }
  }
  return found.sort((left, right) => left.start - right.start);
}
