// Choosing how the client is to be.
import { setLanguage, t } from "../../core/words/words.js";
import { save } from "../../core/store/storage.js";
import { notify } from "../../core/store/notices.js";
import { altReminder, hoverCards, openWarnings, shortcuts, showSensitive, theme } from "../../core/store/preferences.js";
import "./words.js";

const chooser = (preference, name) => (value) => {
  preference.value = value;
  save(`preference.${name}`, value);
};

export const chooseTheme = chooser(theme, "theme");
export const chooseShortcuts = chooser(shortcuts, "shortcuts");
export const chooseAltReminder = chooser(altReminder, "alt_reminder");
export const chooseOpenWarnings = chooser(openWarnings, "open_warnings");
export const chooseShowSensitive = chooser(showSensitive, "show_sensitive");
export const chooseHoverCards = chooser(hoverCards, "hover_cards");

export async function chooseLanguage(code) {
  try {
    await setLanguage(code);
    save("preference.language", code);
  } catch {
    notify(t("error.unreachable"));
  }
}
