// The API key: always on the page, and always saying what is known of it.
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { html } from "../lib/html.js";
import { errorText, t } from "../lib/i18n.js";
import { instance, key, keyError, keyState, signIn, signOut, typedKey, viewer } from "../store/session.js";
import { notify } from "../store/notices.js";
import { Icon } from "./icon.js";
import { Avatar } from "./people.js";
import { Button } from "./rows.js";

// Other parts of the page send people here when they need a key.
export function focusKeyField() {
  const field = document.querySelector(".key-panel input");
  field?.focus();
  field?.scrollIntoView({ block: "center" });
}

function Status({ id }) {
  const state = keyState.value;
  if (state === "checking") return html`<p id=${id} class="key-status">${t("key.checking")}</p>`;
  if (state === "invalid" || state === "failed") {
    // A key that was good a moment ago is no mistyped one.
    const unknown = state === "invalid" && !(viewer.value && typedKey.value === key.value);
    const words = unknown ? t("key.invalid") : errorText(keyError.value);
    return html`<p id=${id} class="key-status bad"><${Icon} name="warning" />${words}</p>`;
  }
  if (state === "valid" && viewer.value) {
    return html`<p id=${id} class="key-status good">
      <${Avatar} user=${viewer.value} size="small" />
      <span class="key-name"><b dir="auto">${viewer.value.name}</b> <span>@${viewer.value.handle}</span></span>
      <${Icon} name="check" />
      <span class="hidden">${t("key.valid")}</span>
    </p>`;
  }
  return html`<p id=${id} class="key-status">${t("key.none")}</p>`;
}

export function KeyPanel({ card = false }) {
  const shown = useSignal(false);
  const id = useId();
  const state = keyState.value;
  const accepted = state === "valid" && typedKey.value === key.value;
  const submit = (event) => {
    event.preventDefault();
    signIn(typedKey.value);
  };
  const leave = async () => {
    try {
      const { mayLeave } = await import("../compose/leaving.js");
      if (!(await mayLeave())) return;
    } catch {
      // Leaving is possible without a network too.
    }
    signOut();
    notify(t("key.signed_out"));
  };
  return html`<form class=${card ? "key-panel card" : "key-panel bar"} onSubmit=${submit} data-state=${state}>
    <label for=${`${id}-key`} class=${card ? "title" : "hidden"}>${t("key.label")}</label>
    <div class="key-row">
      <div class="key-field">
        <input
          id=${`${id}-key`}
          name="api-key"
          type=${shown.value ? "text" : "password"}
          value=${typedKey}
          placeholder=${instance.value.features.demo_keys ? "test" : t("key.label")}
          autocomplete="off"
          autocapitalize="off"
          spellcheck="false"
          aria-invalid=${state === "invalid" || undefined}
          aria-describedby=${`${id}-status`}
          onInput=${(event) => {
            typedKey.value = event.target.value;
          }}
        />
        <button
          type="button"
          class="icon-button"
          aria-pressed=${shown.value}
          aria-label=${t("key.show")}
          onClick=${() => {
            shown.value = !shown.value;
          }}
        >
          <${Icon} name=${shown.value ? "eye-off" : "eye"} />
        </button>
      </div>
      ${accepted
        ? html`<${Button} onClick=${leave}>${t("key.sign_out")}<//>`
        : html`<${Button}
            kind=${card ? "primary" : "plain"}
            type="submit"
            busy=${state === "checking"}
            >${state === "failed" ? t("action.retry") : t("key.sign_in")}<//
          >`}
    </div>
    <div aria-live="polite"><${Status} id=${`${id}-status`} /></div>
    ${state !== "valid" && viewer.value && key.value && state !== "checking"
      ? html`<button type="button" class="text-button" onClick=${leave}>${t("key.sign_out")}</button>`
      : null}
  </form>`;
}
