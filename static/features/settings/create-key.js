// A new API key. Its secret is shown here once and can never be read again.
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { createKey } from "../../core/api/keys.js";
import { Button, Trouble } from "../../core/ui/rows.js";
import { Secret } from "../../core/ui/secret.js";
import { useAct } from "../../core/ui/act.js";
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import { noteCopied } from "../sign-in/key-file.js";
import { viewer } from "../../core/store/session.js";
import "./words.js";

const LIFETIMES = [0, 7, 30, 90, 365];
const DAY = 86_400_000;

const expiry = (days) => (days ? new Date(Date.now() + days * DAY).toISOString() : null);

function Scopes({ chosen }) {
  const scopes = viewer.value.scopes ?? ["read", "write"];
  const toggle = (scope, on) => {
    chosen.value = scopes.filter((one) => (one === scope ? on : chosen.value.includes(one)));
  };
  return html`<fieldset class="choice">
    <legend>${t("keys.scopes")}</legend>
    <div class="choices">
      ${scopes.map(
        (scope) => html`<label>
          <input
            type="checkbox"
            checked=${chosen.value.includes(scope)}
            onChange=${(event) => toggle(scope, event.target.checked)}
          />
          <span>${t(`keys.scope_${scope}`)}</span>
        </label>`,
      )}
    </div>
  </fieldset>`;
}

export function CreateKey({ created }) {
  const id = useId();
  const name = useSignal("");
  const scopes = useSignal(["read", "write"]);
  const days = useSignal(0);
  const secret = useSignal(null);
  const incomplete = name.value.trim() === "" || scopes.value.length === 0;
  const { busy, error, press } = useAct(async () => {
    const answer = await createKey(name.value.trim(), scopes.value, expiry(days.value));
    secret.value = answer.key;
    name.value = "";
    created();
  }, !incomplete);
  // A key that can do less, or ends, doesn't replace the one in use.
  const copied = () => {
    const held = viewer.value.scopes ?? [];
    if (days.value === 0 && held.every((scope) => scopes.value.includes(scope))) noteCopied();
  };
  if (secret.value) {
    return html`<${Secret} words=${t("keys.shown_once")} secret=${secret.value} copied=${copied}>
      <${Button} onClick=${() => (secret.value = null)}>${t("keys.stored")}<//>
    <//>`;
  }
  return html`<form class="create-key" onSubmit=${press}>
    <label for=${`${id}-name`}>${t("keys.name")}</label>
    <input
      id=${`${id}-name`}
      name="key-name"
      autocomplete="off"
      maxlength="50"
      placeholder=${t("keys.name_hint")}
      value=${name}
      onInput=${(event) => (name.value = event.target.value)}
    />
    <${Scopes} chosen=${scopes} />
    <label for=${`${id}-days`}>${t("keys.lifetime")}</label>
    <select id=${`${id}-days`} value=${days} onChange=${(event) => (days.value = Number(event.target.value))}>
      ${LIFETIMES.map(
        (count) => html`<option value=${count}>${count ? t("keys.days", { count }) : t("keys.never_expires")}</option>`,
      )}
    </select>
    <${Button} kind="primary" type="submit" icon="key" busy=${busy.value} disabled=${incomplete}>${t("keys.create")}<//>
    ${error.value && html`<${Trouble} error=${error.value} retry=${press} />`}
  </form>`;
}
