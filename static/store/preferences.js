// How the reader wants the client to be. These outlive signing out: they say nothing of anyone.
import { effect, signal } from "@preact/signals";
import { LANGUAGES, browserLanguage, setLanguage, t } from "../lib/i18n.js";
import { load, save } from "../lib/storage.js";
import { notify } from "./notices.js";

export const THEMES = ["auto", "light", "dark"];

const stored = (name, allowed, fallback) => {
  const value = load(`preference.${name}`);
  return allowed.includes(value) ? value : fallback;
};

export const theme = signal(stored("theme", THEMES, "auto"));
export const shortcuts = signal(stored("shortcuts", [true, false], true));

effect(() => {
  document.documentElement.dataset.theme = theme.value;
  // The colour of the browser's own bars, of which the page names one per scheme.
  for (const [at, meta] of document.querySelectorAll("meta[name=theme-color]").entries()) {
    const scheme = at === 0 ? "light" : "dark";
    if (theme.value === "auto") meta.media = `(prefers-color-scheme: ${scheme})`;
    else meta.media = theme.value === scheme ? "all" : "not all";
  }
});

export function chooseTheme(value) {
  theme.value = value;
  save("preference.theme", value);
}

export function chooseShortcuts(value) {
  shortcuts.value = value;
  save("preference.shortcuts", value);
}

export async function chooseLanguage(code) {
  try {
    await setLanguage(code);
    save("preference.language", code);
  } catch {
    notify(t("error.unreachable"));
  }
}

// English where the words of another language cannot be fetched: better than no page.
export const startLanguage = () =>
  setLanguage(stored("language", Object.keys(LANGUAGES), browserLanguage())).catch(() => {});
