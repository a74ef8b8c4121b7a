// Whether following the viewer takes their consent.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { notify } from "../../core/store/notices.js";
import { choose, loadPreferences, ownPreferences } from "../../core/store/own-preferences.js";
import { Trouble } from "../../core/ui/rows.js";
import { useAct } from "../../core/ui/act.js";
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import "./words.js";

export default function Locked() {
  const wanted = useSignal(null);
  const known = useAct(loadPreferences);
  const change = useAct(async () => {
    let sent;
    do {
      sent = wanted.value;
      await choose({ locked: sent });
    } while (sent !== wanted.value);
    notify(t("settings.saved"));
  });
  useEffect(() => void known.press(), []);
  const failed = change.error.value ? change : known;
  return html`<section class="settings-part">
    <h2>${t("settings.followers")}</h2>
    <label class="check">
      <input
        type="checkbox"
        checked=${change.busy.value ? wanted.value : (ownPreferences.value?.locked ?? false)}
        disabled=${ownPreferences.value === null}
        onChange=${(event) => {
          wanted.value = event.target.checked;
          change.press();
        }}
      />
      <span>${t("settings.locked")}</span>
    </label>
    <p class="hint">${t("settings.locked_hint")} <a href="/requests">${t("settings.requests")}</a></p>
    ${failed.error.value && html`<${Trouble} error=${failed.error.value} retry=${failed.press} />`}
  </section>`;
}
