// A button that asks before it acts.
import { useSignal } from "@preact/signals";
import { Button } from "../../core/ui/rows.js";
import { useAct } from "../../core/ui/act.js";
import { html } from "../../core/ui/html.js";
import { errorText, t } from "../../core/words/words.js";
import "./words.js";

export function Sure({ label, name, words, act }) {
  const asking = useSignal(false);
  const { busy, error, press } = useAct(act);
  return html`${asking.value
    ? html`<p class="hint">${words}</p>
        <${Button} kind="small danger" busy=${busy.value} onClick=${press}>${label}<//>
        <${Button} kind="small" onClick=${() => (asking.value = false)}>${t("action.cancel")}<//>`
    : html`<${Button} kind="small" aria-label=${name} onClick=${() => (asking.value = true)}>${label}<//>`}
  ${error.value && html`<p class="hint bad" role="alert">${errorText(error.value)}</p>`}`;
}
