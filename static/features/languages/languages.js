// The languages that a tweet can be in, by their names in the language of the page.
import { language } from "../../core/words/words.js";
import { codes } from "./codes.js";

const own = () => navigator.languages.map((one) => one.split("-")[0]);

function listed(shown) {
  const names = new Intl.DisplayNames(shown, { type: "language" });
  const capital = (name) => name.charAt(0).toLocaleUpperCase(shown) + name.slice(1);
  const all = codes().map((code) => ({ code, name: capital(names.of(code) ?? code) }));
  // Akan and Twi have one name.
  const first = new Map([...all].reverse().map(({ code, name }) => [name, code]));
  const named = all.filter(({ code, name }) => name.toLowerCase() !== code && first.get(name) === code);
  const mine = new Set([shown, ...own()]);
  const { compare } = new Intl.Collator(shown);
  return named.sort((a, b) => Number(mine.has(b.code)) - Number(mine.has(a.code)) || compare(a.name, b.name));
}

const lists = new Map();

/** The viewer's own languages first, then all others by name; without those that the browser has no name for. */
export function languages() {
  const shown = language.value;
  if (!lists.has(shown)) lists.set(shown, listed(shown));
  return lists.get(shown);
}
