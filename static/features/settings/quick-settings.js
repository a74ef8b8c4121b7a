// Theme, language and keys at hand, at the foot of the rail.
import { html } from "../../core/ui/html.js";
import { LANGUAGES, language, t } from "../../core/words/words.js";
import { chooseLanguage, chooseTheme } from "./choices.js";
import { THEMES, theme } from "../../core/store/preferences.js";
import { Icon } from "../../core/ui/icon.js";
import { openShortcuts } from "../../core/store/openers.js";
import "./words.js";

export default function QuickSettings() {
  const icons = { auto: "auto", light: "sun", dark: "moon" };
  const themeLabel = t("theme.switch", { now: t(`theme.${theme.value}`) });
  const nextTheme = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length];
  const codes = Object.keys(LANGUAGES);
  const code = codes[(codes.indexOf(language.value) + 1) % codes.length];
  return html`<div class="quick">
    <button
      type="button"
      class="icon-button"
      aria-label=${themeLabel}
      title=${themeLabel}
      onClick=${() => chooseTheme(nextTheme)}
    >
      <${Icon} name=${icons[theme.value]} />
    </button>
    <button
      type="button"
      class="icon-button code"
      lang=${code}
      aria-label=${`${code.toUpperCase()}, ${LANGUAGES[code]}`}
      title=${LANGUAGES[code]}
      onClick=${() => chooseLanguage(code)}
    >
      ${code.toUpperCase()}
    </button>
    <button
      type="button"
      class="icon-button"
      aria-label=${t("shortcuts.title")}
      title=${`${t("shortcuts.title")} (?)`}
      onClick=${openShortcuts}
    >
      <${Icon} name="keyboard" />
    </button>
  </div>`;
}
