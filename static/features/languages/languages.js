// The languages that a tweet can be in, by their names in the language of the page.
import { language } from "../../core/words/words.js";
import { codes } from "./codes.js";

/** @param {string} code */
export function nameOf(code) {
  const names = new Intl.DisplayNames(language.value, { type: "language" });
  const name = names.of(code) ?? code;
  return name.charAt(0).toLocaleUpperCase(language.value) + name.slice(1);
}

const own = () => navigator.languages.map((one) => one.slice(0, 2));

/** The viewer's own languages first, then all others by name; without those that the browser has no name for. */
export function languages() {
  const all = codes().map((code) => ({ code, name: nameOf(code) }));
  const named = all.filter(({ code, name }) => name.toLowerCase() !== code);
  const mine = new Set([language.value, ...own()]);
  const { compare } = new Intl.Collator(language.value);
  named.sort((a, b) => Number(mine.has(b.code)) - Number(mine.has(a.code)) || compare(a.name, b.name));
  return named;
}
