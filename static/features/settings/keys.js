// The viewer's API keys.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { fetchKeys, revokeKey } from "../../core/api/keys.js";
import { Button, Skeletons, Trouble } from "../../core/ui/rows.js";
import { useAct } from "../../core/ui/act.js";
import { html } from "../../core/ui/html.js";
import { errorText, t } from "../../core/words/words.js";
import { dayOf } from "../../core/words/time.js";
import { signOut } from "../../core/store/session.js";
import { CreateKey } from "./create-key.js";
import "./words.js";

function Facts({ one }) {
  const facts = [
    one.scopes.map((scope) => t(`keys.scope_${scope}`)).join(", "),
    t("keys.created", { day: dayOf(one.created_at) }),
    one.expires_at ? t("keys.expires", { day: dayOf(one.expires_at) }) : t("keys.no_end"),
  ];
  return html`<span class="handle">${facts.join(" · ")}</span>`;
}

function Key({ one, revoked }) {
  const asking = useSignal(false);
  const { busy, error, press } = useAct(async () => {
    if (one.current) {
      const { mayLeave } = await import("../sign-in/leaving.js");
      if (!(await mayLeave())) return;
    }
    try {
      await revokeKey(one.id);
    } catch (failure) {
      if (failure.type !== "key_not_found") throw failure;
    }
    if (one.current) signOut();
    else revoked(one);
  });
  return html`<li class="api-key">
    <div>
      <b dir="auto">${one.name}</b>
      ${one.current && html` <span class="tag">${t("keys.current")}</span>`}
      <${Facts} one=${one} />
      ${asking.value && html`<p class="hint">${t(one.current ? "keys.revoke_current" : "keys.revoke_sure")}</p>`}
      ${error.value && html`<p class="hint bad" role="alert">${errorText(error.value)}</p>`}
    </div>
    <div class="api-key-buttons">
      ${asking.value
        ? html`<${Button} kind="small danger" busy=${busy.value} onClick=${press}>${t("keys.revoke_now")}<//>
            <${Button} kind="small" onClick=${() => (asking.value = false)}>${t("action.cancel")}<//>`
        : html`<${Button}
            kind="small"
            aria-label=${t("keys.revoke_name", { name: one.name })}
            onClick=${() => (asking.value = true)}
            >${t("keys.revoke")}<//
          >`}
    </div>
  </li>`;
}

export function Keys() {
  const keys = useSignal(null);
  const error = useSignal(null);
  const load = async () => {
    error.value = null;
    try {
      keys.value = await fetchKeys();
    } catch (failure) {
      error.value = failure;
    }
  };
  useEffect(() => {
    load();
  }, []);
  const revoked = (key) => {
    keys.value = keys.value.filter((one) => one.id !== key.id);
  };
  return html`<section class="settings-part">
    <h2>${t("keys.title")}</h2>
    <p class="hint">${t("keys.about")}</p>
    <${CreateKey} created=${load} />
    ${error.value && html`<${Trouble} error=${error.value} retry=${load} />`}
    ${keys.value
      ? html`<ul class="api-keys">
          ${keys.value.map((one) => html`<${Key} key=${one.id} one=${one} revoked=${revoked} />`)}
        </ul>`
      : !error.value && html`<${Skeletons} count=${2} />`}
  </section>`;
}
