// How the reader wants the client to be. These outlive signing out: they say nothing of anyone.
import { effect, signal } from "@preact/signals";
import { LANGUAGES, browserLanguage, setLanguage } from "../words/words.js";
import { load } from "./storage.js";

export const THEMES = ["auto", "light", "dark"];

const stored = (name, allowed, fallback) => {
  const value = load(`preference.${name}`);
  return allowed.includes(value) ? value : fallback;
};

export const theme = signal(stored("theme", THEMES, "auto"));
export const shortcuts = signal(stored("shortcuts", [true, false], true));
export const altReminder = signal(stored("alt_reminder", [true, false], true));
export const openWarnings = signal(stored("open_warnings", [true, false], false));
export const showSensitive = signal(stored("show_sensitive", [true, false], false));
export const hoverCards = signal(stored("hover_cards", [true, false], true));

// On paper it is light.
addEventListener("beforeprint", () => (document.documentElement.dataset.theme = "light"));
addEventListener("afterprint", () => (document.documentElement.dataset.theme = theme.peek()));

effect(() => {
  document.documentElement.dataset.theme = theme.value;
  // The colour of the browser's own bars, of which the page names one per scheme.
  /** @type {NodeListOf<HTMLMetaElement>} */
  const metas = document.querySelectorAll("meta[name=theme-color]");
  for (const [at, meta] of metas.entries()) {
    const scheme = at === 0 ? "light" : "dark";
    if (theme.value === "auto") meta.media = `(prefers-color-scheme: ${scheme})`;
    else meta.media = theme.value === scheme ? "all" : "not all";
  }
});

// English where the words of another language cannot be fetched: better than no page.
export const startLanguage = () =>
  setLanguage(stored("language", Object.keys(LANGUAGES), browserLanguage())).catch(() => {});
