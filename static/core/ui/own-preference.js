// One of the viewer's preferences, as a field of Settings shows and changes it.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { notify } from "../store/notices.js";
import { choose, loadPreferences, ownPreferences } from "../store/own-preferences.js";
import { useAct } from "./act.js";
import { html } from "./html.js";
import { Trouble } from "./rows.js";

// `value` is null until it is known; `failed` has the error, if any, and a way to try again.
export function useOwnPreference(name, saved) {
  const wanted = useSignal(null);
  const known = useAct(loadPreferences);
  const change = useAct(async () => {
    let sent;
    do {
      sent = wanted.value;
      await choose({ [name]: sent });
    } while (sent !== wanted.value);
    notify(saved);
  });
  useEffect(() => void known.press(), []);
  return {
    value: change.busy.value ? wanted.value : (ownPreferences.value?.[name] ?? null),
    failed: change.error.value ? change : known,
    set(value) {
      wanted.value = value;
      change.press();
    },
  };
}

// A preference that is on or off; `children` is the hint below it.
export function PreferenceCheck({ name, title, label, saved, children }) {
  const { value, failed, set } = useOwnPreference(name, saved);
  return html`<section class="settings-part">
    <h2>${title}</h2>
    <label class="check">
      <input
        type="checkbox"
        checked=${value ?? false}
        disabled=${value === null}
        onChange=${(event) => set(event.target.checked)}
      />
      <span>${label}</span>
    </label>
    <p class="hint">${children}</p>
    ${failed.error.value && html`<${Trouble} error=${failed.error.value} retry=${failed.press} />`}
  </section>`;
}
