// Who may see the viewer's tweets, unless a tweet says otherwise.
import { useId } from "preact/hooks";
import { LEVELS } from "../../core/store/visibility.js";
import { useOwnPreference } from "../../core/ui/own-preference.js";
import { Trouble } from "../../core/ui/rows.js";
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import "./words.js";

export default function DefaultVisibility() {
  const id = useId();
  const { value, failed, set } = useOwnPreference("default_visibility", t("visibility.saved"));
  return html`<section class="settings-part">
    <h2><label for=${id}>${t("visibility.default")}</label></h2>
    <select
      id=${id}
      aria-describedby=${`${id}-hint`}
      disabled=${value === null}
      value=${value}
      onChange=${(event) => set(event.target.value)}
    >
      ${LEVELS.map((level) => html`<option key=${level} value=${level} selected=${level === value}>${t(`visibility.${level}`)}</option>`)}
    </select>
    <p id=${`${id}-hint`} class="hint">${t("visibility.default_hint")}${value && ` ${t(`visibility.about_${value}`)}`}</p>
    ${failed.error.value && html`<${Trouble} error=${failed.error.value} retry=${failed.press} />`}
  </section>`;
}
