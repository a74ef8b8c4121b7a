// Who may see the viewer's tweets, unless a tweet says otherwise.
import { useSignal } from "@preact/signals";
import { useEffect, useId } from "preact/hooks";
import { notify } from "../../core/store/notices.js";
import { choose, loadPreferences } from "../../core/store/own-preferences.js";
import { LEVELS, defaultVisibility } from "../../core/store/visibility.js";
import { Trouble } from "../../core/ui/rows.js";
import { useAct } from "../../core/ui/act.js";
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import "./words.js";

export default function DefaultVisibility() {
  const id = useId();
  const known = useAct(loadPreferences);
  const wanted = useSignal(null);
  const change = useAct(async () => {
    let sent;
    do {
      sent = wanted.value;
      await choose({ default_visibility: sent });
    } while (sent !== wanted.value);
    notify(t("visibility.saved"));
  });
  useEffect(() => void known.press(), []);
  const failed = change.error.value ? change : known;
  const now = defaultVisibility.value;
  return html`<section class="settings-part">
    <h2><label for=${id}>${t("visibility.default")}</label></h2>
    <select
      id=${id}
      aria-describedby=${`${id}-hint`}
      disabled=${now === null}
      value=${change.busy.value ? wanted.value : now}
      onChange=${(event) => {
        wanted.value = event.target.value;
        change.press();
      }}
    >
      ${LEVELS.map((level) => html`<option key=${level} value=${level} selected=${level === now}>${t(`visibility.${level}`)}</option>`)}
    </select>
    <p id=${`${id}-hint`} class="hint">${t("visibility.default_hint")}${now && ` ${t(`visibility.about_${now}`)}`}</p>
    ${failed.error.value && html`<${Trouble} error=${failed.error.value} retry=${failed.press} />`}
  </section>`;
}
