// For administrators, on somebody's page: another key for them, and suspension.
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { suspend, unsuspend } from "../../core/api/moderation.js";
import { Button, Trouble } from "../../core/ui/rows.js";
import { useAct } from "../../core/ui/act.js";
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import { loadProfile } from "../../core/store/people.js";
import Recovery from "./recovery.js";
import "./words.js";

function Suspended({ user }) {
  const { busy, error, press } = useAct(async () => {
    await unsuspend(user.id);
    await loadProfile(user.id);
  });
  return html`<div>
    <p class="hint">${t(user.hidden ? "moderation.is_hidden" : "moderation.is_suspended")}</p>
    <${Button} kind="small" busy=${busy.value} onClick=${press}>${t("moderation.unsuspend")}<//>
    ${error.value && html`<${Trouble} error=${error.value} retry=${press} />`}
  </div>`;
}

function Suspension({ user, close }) {
  const id = useId();
  const hide = useSignal(false);
  const reason = useSignal("");
  const { busy, error, press } = useAct(async () => {
    await suspend(user.id, hide.value, reason.value.trim());
    close();
    await loadProfile(user.id);
  });
  return html`<form class="settings create-key" onSubmit=${press}>
    <p class="hint">${t("moderation.about", { handle: user.handle })}</p>
    <label class="check">
      <input type="checkbox" checked=${hide} onChange=${(event) => (hide.value = event.target.checked)} />
      <span>${t("moderation.hide_tweets")}</span>
    </label>
    <label for=${id}>${t("moderation.reason")}</label>
    <input
      id=${id}
      autocomplete="off"
      maxlength="200"
      value=${reason}
      onInput=${(event) => (reason.value = event.target.value)}
    />
    <div class="field-row">
      <${Button} kind="danger" type="submit" busy=${busy.value}>${t("moderation.suspend")}<//>
      <${Button} onClick=${close}>${t("action.cancel")}<//>
    </div>
    ${error.value && html`<${Trouble} error=${error.value} retry=${press} />`}
  </form>`;
}

export default function Administration({ user }) {
  const asking = useSignal(false);
  if (user.suspended) return html`<${Suspended} user=${user} />`;
  return html`<div class="administration">
    <${Recovery} user=${user} />
    ${asking.value
      ? html`<${Suspension} user=${user} close=${() => (asking.value = false)} />`
      : html`<${Button} kind="small" onClick=${() => (asking.value = true)}>${t("moderation.suspend_user")}<//>`}
  </div>`;
}
