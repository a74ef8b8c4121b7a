// Choosing how the client is to be.
import { setLanguage, t } from "../../core/words/words.js";
import { save } from "../../core/store/storage.js";
import { notify } from "../../core/store/notices.js";
import { altReminder, hoverCards, openWarnings, shortcuts, showSensitive, theme } from "../../core/store/preferences.js";
import "./words.js";

export function chooseTheme(value) {
  theme.value = value;
  save("preference.theme", value);
}

export function chooseShortcuts(value) {
  shortcuts.value = value;
  save("preference.shortcuts", value);
}

export function chooseAltReminder(value) {
  altReminder.value = value;
  save("preference.alt_reminder", value);
}

export function chooseOpenWarnings(value) {
  openWarnings.value = value;
  save("preference.open_warnings", value);
}

export function chooseShowSensitive(value) {
  showSensitive.value = value;
  save("preference.show_sensitive", value);
}

export function chooseHoverCards(value) {
  hoverCards.value = value;
  save("preference.hover_cards", value);
}

export async function chooseLanguage(code) {
  try {
    await setLanguage(code);
    save("preference.language", code);
  } catch {
    notify(t("error.unreachable"));
  }
}
