// Whether the viewer's pictures are covered, unless a tweet says otherwise.
import { useOwnPreference } from "../../core/ui/own-preference.js";
import { Trouble } from "../../core/ui/rows.js";
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import "./words.js";

export default function DefaultSensitive() {
  const { value, failed, set } = useOwnPreference("default_sensitive", t("covers.saved"));
  return html`<section class="settings-part">
    <h2>${t("covers.title")}</h2>
    <label class="check">
      <input
        type="checkbox"
        checked=${value ?? false}
        disabled=${value === null}
        onChange=${(event) => set(event.target.checked)}
      />
      <span>${t("covers.default")}</span>
    </label>
    <p class="hint">${t("covers.default_hint")}</p>
    ${failed.error.value && html`<${Trouble} error=${failed.error.value} retry=${failed.press} />`}
  </section>`;
}
