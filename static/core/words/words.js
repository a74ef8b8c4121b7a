// The words on the page. English comes with the page and Russian when it is asked for.
import { batch, signal } from "@preact/signals";
import { withoutDirection } from "./text.js";
import english from "./common/en.js";

export const LANGUAGES = { en: "English", ru: "Русский" };

// Every part of the client has a folder with a file for each language. The first is what the first page says.
const parts = [
  async (code) => (code === "en" ? { default: english } : import(`./common/${code}.js`)),
  (code) => import(`./later/${code}.js`),
];

// The words that have been loaded. Further parts add theirs; what is shown already stays the same.
let words = english;
export const language = signal("en");
// How often words have come, for texts that may be shown before theirs are there.
const arrivals = signal(1);

// Read in every component that shows words, so that a switch redraws just those.
const inLanguage = () => language.value && words;

// Intl formatters cost milliseconds to make: each is made when it is first needed, and kept.
const formatters = new Map();

export function formatter(kind, options = {}) {
  const name = `${language.value} ${kind} ${JSON.stringify(options)}`;
  if (!formatters.has(name)) formatters.set(name, new Intl[kind](language.value, options));
  return formatters.get(name);
}

export function browserLanguage() {
  const wanted = (navigator.languages ?? [navigator.language]).map((tag) => tag.slice(0, 2));
  return wanted.find((code) => code in LANGUAGES) ?? "en";
}

// What is wanted, which may change while words are under way.
let wanted = { code: "en", all: false };
let rest = null;

async function showWanted() {
  let dictionary;
  let fetched;
  while (fetched !== wanted) {
    fetched = wanted;
    const { code, all } = fetched;
    const chosen = parts.slice(0, all ? undefined : 1);
    const modules = await Promise.all(chosen.map((load) => load(code)));
    dictionary = Object.assign({}, ...modules.map((module) => module.default));
  }
  document.documentElement.lang = wanted.code;
  words = dictionary;
  batch(() => {
    language.value = wanted.code;
    arrivals.value += 1;
  });
}

// Fetches the words of the parts that come later. Those parts wait for it.
export function loadAllWords() {
  if (!rest) {
    wanted = { ...wanted, all: true };
    rest = showWanted();
    rest.catch(() => {
      rest = null;
    });
  }
  return rest;
}

// The words of a part that has its own: `load(code)` imports its file of that language. That part waits for them.
export function addWords(load) {
  parts.push(load);
  rest = null;
}

// Rejects where the words cannot be fetched, and leaves the language as it was.
export async function setLanguage(code) {
  wanted = { ...wanted, code };
  try {
    await showWanted();
  } catch (error) {
    wanted = { ...wanted, code: language.value };
    throw error;
  }
}

// The words under `key`; `{name}` in them is replaced by `values.name`.
// An entry of several forms chooses by `values.count`.
export function t(key, values = {}) {
  let entry = inLanguage()[key] ?? english[key] ?? key;
  if (typeof entry === "object") {
    entry = entry[formatter("PluralRules").select(values.count)] ?? entry.other;
  }
  return entry.replace(/\{(\w+)\}/g, (_, name) =>
    name === "count" ? formatNumber(values.count) : withoutDirection(String(values[name] ?? "")),
  );
}

export function formatNumber(number) {
  // Most are small, and the same in all our languages.
  if (Number.isInteger(number) && number >= 0 && number < 1000) return String(number);
  const options = number < 10_000 ? {} : { notation: "compact", maximumFractionDigits: 1 };
  return formatter("NumberFormat", options).format(number);
}

// The server's sentences are English: it is its stable word that is translated.
export function errorText(error) {
  const key = `error.${error.type}`;
  if (error.type === "rate_limited" && !error.retryAfter) return t("error.rate_limited_soon");
  if (arrivals.value && !(key in words)) return error.message || t("error.internal_error");
  return t(key, { count: error.retryAfter ?? 0 });
}
