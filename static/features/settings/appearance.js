// How the client looks, speaks and listens.
import { html } from "../../core/ui/html.js";
import { LANGUAGES, language, t } from "../../core/words/words.js";
import {
  chooseAltReminder,
  chooseHoverCards,
  chooseLanguage,
  chooseOpenWarnings,
  chooseShortcuts,
  chooseShowSensitive,
  chooseTheme,
} from "./choices.js";
import {
  THEMES,
  altReminder,
  hoverCards,
  openWarnings,
  shortcuts,
  showSensitive,
  theme,
} from "../../core/store/preferences.js";
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

const Check = ({ words, value, choose }) => html`<label class="check">
  <input type="checkbox" checked=${value.value} onChange=${(event) => choose(event.target.checked)} />
  <span>${t(words)}</span>
</label>`;

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
    <${Check} words="settings.shortcuts" value=${shortcuts} choose=${chooseShortcuts} />
    <${Check} words="settings.hover_cards" value=${hoverCards} choose=${chooseHoverCards} />
    <${Check} words="settings.alt_reminder" value=${altReminder} choose=${chooseAltReminder} />
    <${Check} words="settings.open_warnings" value=${openWarnings} choose=${chooseOpenWarnings} />
    <${Check} words="settings.show_sensitive" value=${showSensitive} choose=${chooseShowSensitive} />
  </section>`;
}
