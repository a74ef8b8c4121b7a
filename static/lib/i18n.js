// The words on the page. English comes with the page and Russian when it is asked for.
import { signal } from "@preact/signals";
import english from "../i18n/en.js";

export const LANGUAGES = { en: "English", ru: "Русский" };

// Each language in two files: what the first page says, and the rest.
const loaders = {
  en: [async () => ({ default: english }), () => import("../i18n/en-more.js")],
  ru: [() => import("../i18n/ru.js"), () => import("../i18n/ru-more.js")],
};

// Read in every component that shows words, so that a switch redraws just those.
const words = signal(english);
let complete = false;
export const language = signal("en");

let plurals = new Intl.PluralRules("en");
let numbers = new Intl.NumberFormat("en");
let compact = new Intl.NumberFormat("en", { notation: "compact" });

export function browserLanguage() {
  const wanted = (navigator.languages ?? [navigator.language]).map((tag) => tag.slice(0, 2));
  return wanted.find((code) => code in LANGUAGES) ?? "en";
}

async function fetchWords(code) {
  const [first, rest] = loaders[code];
  const parts = await Promise.all([first(), complete ? rest() : { default: {} }]);
  return Object.assign({}, ...parts.map((part) => part.default));
}

// Fetches the words of the parts that come later. Those parts wait for it.
export async function loadAllWords() {
  if (complete) return;
  complete = true;
  try {
    words.value = await fetchWords(language.value);
  } catch (error) {
    complete = false;
    throw error;
  }
}

export async function setLanguage(code) {
  const dictionary = await fetchWords(code);
  plurals = new Intl.PluralRules(code);
  numbers = new Intl.NumberFormat(code);
  compact = new Intl.NumberFormat(code, { notation: "compact", maximumFractionDigits: 1 });
  document.documentElement.lang = code;
  words.value = dictionary;
  language.value = code;
}

// The words under `key`; `{name}` in them is replaced by `values.name`.
// An entry of several forms chooses by `values.count`.
export function t(key, values = {}) {
  let entry = words.value[key] ?? english[key] ?? key;
  if (typeof entry === "object") {
    entry = entry[plurals.select(values.count)] ?? entry.other;
  }
  return entry.replace(/\{(\w+)\}/g, (_, name) =>
    name === "count" ? formatNumber(values.count) : (values[name] ?? ""),
  );
}

export function formatNumber(number) {
  void language.value;
  return number < 10_000 ? numbers.format(number) : compact.format(number);
}

// The server's sentences are English: it is its stable word that is translated.
export function errorText(error) {
  const key = `error.${error.type}`;
  if (error.type === "rate_limited" && !error.retryAfter) return t("error.rate_limited_soon");
  if (!(key in words.value)) return error.message || t("error.internal_error");
  return t(key, { count: error.retryAfter ?? 0 });
}
