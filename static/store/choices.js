// Choosing how the client is to be.
import { setLanguage, t } from "../lib/i18n.js";
import { save } from "../lib/storage.js";
import { notify } from "./notices.js";
import { shortcuts, theme } from "./preferences.js";

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
