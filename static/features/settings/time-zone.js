// The time zone in which the viewer's times are shown.
import { useId } from "preact/hooks";
import { ownZone } from "../../core/lib/zones.js";
import { useOwnPreference } from "../../core/ui/own-preference.js";
import { Trouble } from "../../core/ui/rows.js";
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import "./words.js";

export default function TimeZone() {
  const id = useId();
  const { value, failed, set } = useOwnPreference("time_zone", t("settings.saved"));
  const current = value ?? ownZone();
  const zones = [...new Set([current, ownZone(), ...Intl.supportedValuesOf("timeZone")])].sort();
  return html`<section class="settings-part">
    <h2><label for=${id}>${t("settings.time_zone")}</label></h2>
    <select id=${id} aria-describedby=${`${id}-hint`} value=${current} onChange=${(event) => set(event.target.value)}>
      ${zones.map((zone) => html`<option key=${zone} value=${zone} selected=${zone === current}>${zone}</option>`)}
    </select>
    <p id=${`${id}-hint`} class="hint">${t("settings.time_zone_hint")}</p>
    ${failed.error.value && html`<${Trouble} error=${failed.error.value} retry=${failed.press} />`}
  </section>`;
}
