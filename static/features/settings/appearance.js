// How the client looks, speaks and listens.
import { html } from "../../core/ui/html.js";
import { LANGUAGES, language, t } from "../../core/words/words.js";
import { chooseAltReminder, chooseHoverCards, chooseLanguage, chooseShortcuts, chooseTheme } from "./choices.js";
import { THEMES, altReminder, hoverCards, shortcuts, theme } from "../../core/store/preferences.js";
import "./words.js";

function Choice({ legend, name, options, value, choose }) {
  return html`<fieldset class="choice">
    <legend>${legend}</legend>
    <div class="choices">
      ${options.map(
        ([option, label, lang]) => html`<label>
          <input
            type="radio"
            name=${name}
            value=${option}
            checked=${option === value}
            onChange=${() => choose(option)}
          />
          <span lang=${lang}>${label}</span>
        </label>`,
      )}
    </div>
  </fieldset>`;
}

export function Appearance() {
  const languages = Object.entries(LANGUAGES).map(([code, label]) => [code, label, code]);
  return html`<section class="settings-part">
    <h2>${t("settings.appearance")}</h2>
    <${Choice}
      legend=${t("settings.theme")}
      name="theme"
      options=${THEMES.map((one) => [one, t(`theme.${one}`)])}
      value=${theme.value}
      choose=${chooseTheme}
    />
    <${Choice}
      legend=${t("settings.language")}
      name="language"
      options=${languages}
      value=${language.value}
      choose=${chooseLanguage}
    />
    <label class="check">
      <input
        type="checkbox"
        checked=${shortcuts.value}
        onChange=${(event) => chooseShortcuts(event.target.checked)}
      />
      <span>${t("settings.shortcuts")}</span>
    </label>
    <label class="check">
      <input
        type="checkbox"
        checked=${hoverCards.value}
        onChange=${(event) => chooseHoverCards(event.target.checked)}
      />
      <span>${t("settings.hover_cards")}</span>
    </label>
    <label class="check">
      <input
        type="checkbox"
        checked=${altReminder.value}
        onChange=${(event) => chooseAltReminder(event.target.checked)}
      />
      <span>${t("settings.alt_reminder")}</span>
    </label>
  </section>`;
}
