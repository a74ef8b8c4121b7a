// When to publish the tweet that is being written, and keeping it on the server.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { clockAt, isKnown, momentOf, ownZone } from "../../core/lib/zones.js";
import { choose, loadPreferences, ownPreferences } from "../../core/store/own-preferences.js";
import { useAct } from "../../core/ui/act.js";
import { html } from "../../core/ui/html.js";
import { Icon } from "../../core/ui/icon.js";
import { Button, Trouble } from "../../core/ui/rows.js";
import { t } from "../../core/words/words.js";
import { isTimely } from "./choices.js";
import "./words.js";

const SOONEST = 5 * 60_000;
const LATER = 60 * 60_000;

/** The time zone in which the viewer's times are shown. */
export function zone() {
  const chosen = ownPreferences.value?.time_zone;
  return chosen && isKnown(chosen) ? chosen : ownZone();
}

// The first time somebody schedules a tweet, this device's time zone becomes theirs on all devices.
async function rememberZone() {
  if (!ownPreferences.value?.time_zone) await loadPreferences();
  if (ownPreferences.value && !ownPreferences.value.time_zone) await choose({ time_zone: ownZone() });
}

/** @param {{draft: import("./draft.js").Draft}} props */
export function ScheduleField({ draft }) {
  const whole = useRef(null);
  const pressed = useRef(false);
  useEffect(() => void loadPreferences().catch(() => {}), []);
  // The button that was pressed has given its place to the field, or the other way round.
  useEffect(() => {
    if (pressed.current) whole.current?.querySelector("input, button")?.focus();
    pressed.current = false;
  });
  const at = draft.choices.value.publish_at;
  const typed = useSignal(/** @type {string | null} */ (null));
  const set = (moment) => {
    pressed.current = Boolean(moment) !== Boolean(at);
    typed.value = null;
    draft.choices.value = { ...draft.choices.value, publish_at: moment?.toISOString() };
    if (moment) rememberZone().catch(() => {});
  };
  if (at === undefined) {
    const soon = new Date(Math.ceil((Date.now() + LATER) / SOONEST) * SOONEST);
    return html`<span ref=${whole}>
      <${Button} kind="small quiet" icon="clock" disabled=${!draft.hasContent()} onClick=${() => set(soon)}>${t("compose.schedule")}<//>
    </span>`;
  }
  return html`<span ref=${whole} class="schedule">
    <label>
      <${Icon} name="clock" />
      <input
        type="datetime-local"
        aria-label=${t("compose.publish_at", { zone: zone() })}
        min=${clockAt(new Date(Date.now() + SOONEST), zone())}
        value=${typed.value ?? (Date.parse(at) ? clockAt(new Date(at), zone()) : "")}
        aria-invalid=${!isTimely(at)}
        onInput=${(event) => {
          // As it is, so that nothing changes under the fingers; what is no time to come can't be sent.
          typed.value = event.target.value;
          const moment = momentOf(typed.value, zone());
          draft.choices.value = { ...draft.choices.value, publish_at: moment?.toISOString() ?? "" };
        }}
      />
    </label>
    <button type="button" class="icon-button" aria-label=${t("compose.unschedule")} title=${t("compose.unschedule")} onClick=${() => set(null)}>
      <${Icon} name="close" />
    </button>
    <span class="hint">${zone()}</span>
    ${!isTimely(at) && html`<span class="field-error" role="alert">${t("compose.time_past")}</span>`}
  </span>`;
}

/** @param {{draft: import("./draft.js").Draft, saved?: () => void}} props */
export function SaveButton({ draft, saved }) {
  const { busy, error, press } = useAct(async () => {
    if (draft.sending.value) return;
    draft.sending.value = true;
    try {
      draft.choices.value = { ...draft.choices.value, publish_at: undefined };
      const { keepOnServer } = await import("./saved.js");
      await keepOnServer(draft);
      saved?.();
    } finally {
      draft.sending.value = false;
    }
  });
  return html`<${Button} kind="small quiet" icon="file" busy=${busy.value} disabled=${draft.empty.value || (draft.sending.value && !busy.value)} onClick=${press}>
      ${t("compose.save_draft")}
    <//>
    ${error.value && html`<${Trouble} error=${error.value} retry=${press} />`}`;
}
