// Whether following the viewer takes their consent.
import { useOwnPreference } from "../../core/ui/own-preference.js";
import { Trouble } from "../../core/ui/rows.js";
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import "./words.js";

export default function Locked() {
  const { value, failed, set } = useOwnPreference("locked", t("settings.saved"));
  return html`<section class="settings-part">
    <h2>${t("settings.followers")}</h2>
    <label class="check">
      <input
        type="checkbox"
        checked=${value ?? false}
        disabled=${value === null}
        onChange=${(event) => set(event.target.checked)}
      />
      <span>${t("settings.locked")}</span>
    </label>
    <p class="hint">${t("settings.locked_hint")} <a href="/requests">${t("settings.requests")}</a></p>
    ${failed.error.value && html`<${Trouble} error=${failed.error.value} retry=${failed.press} />`}
  </section>`;
}
