// The API key: always on the page, and always saying what is known of it.
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { html } from "../../core/ui/html.js";
import { errorText, t } from "../../core/words/words.js";
import { instance, key, keyError, keyState, signIn, signOut, typedKey, viewer } from "../../core/store/session.js";
import { notify } from "../../core/store/notices.js";
import { find } from "../../core/ui/find.js";
import { focusKeyField } from "../../core/ui/key-field.js";
import { Icon } from "../../core/ui/icon.js";
import { Avatar } from "../../core/ui/person.js";
import { Button, saidAbove } from "../../core/ui/rows.js";
import "./words.js";

function Status({ id, missing }) {
  const state = keyState.value;
  if (missing) {
    return html`<p id=${id} class="key-status bad"><${Icon} name="warning" />${t("key.missing")}</p>`;
  }
  if (state === "checking") return html`<p id=${id} class="key-status">${t("key.checking")}</p>`;
  // The viewer of the last visit, where the page says already that the server can't be asked.
  const quiet = state === "failed" && viewer.value && typedKey.value === key.value && saidAbove(keyError.value);
  if (state === "invalid" || (state === "failed" && !quiet)) {
    // A key that was good a moment ago is no mistyped one.
    const { type } = keyError.value;
    const unknown = type === "invalid_key" && !(viewer.value && typedKey.value === key.value);
    const words = unknown ? t("key.invalid") : errorText(keyError.value);
    return html`<p id=${id} class="key-status bad"><${Icon} name="warning" />${words}</p>`;
  }
  if (viewer.value && (state === "valid" || quiet)) {
    return html`<p id=${id} class="key-status good">
      <${Avatar} user=${viewer.value} size="small" />
      <span class="key-name"><b dir="auto">${viewer.value.name}</b> <span>@${viewer.value.handle}</span></span>
      ${!quiet && html`<${Icon} name="check" /><span class="hidden">${t("key.valid")}</span>`}
    </p>`;
  }
  return html`<p id=${id} class="key-status">${t("key.none")}</p>`;
}

export function KeyPanel({ card = false }) {
  const shown = useSignal(false);
  const missing = useSignal(false);
  const id = useId();
  const state = keyState.value;
  const accepted = state === "valid" && typedKey.value === key.value;
  const submit = async (event) => {
    event.preventDefault();
    missing.value = !typedKey.value.trim();
    if (missing.value) {
      focusKeyField();
      return;
    }
    await signIn(typedKey.value, async (user) => (await import("./leaving.js")).mayReplace(user));
    // What is typed next is no longer meant for this field.
    if (keyState.value === "valid") find("#main h1")?.focus({ preventScroll: true });
  };
  const leave = async () => {
    try {
      const { mayLeave } = await import("./leaving.js");
      if (!(await mayLeave())) return;
    } catch {
      // Leaving is possible without a network too.
    }
    signOut();
    notify(t("key.signed_out"));
  };
  const known = state === "valid" && viewer.value;
  const field = html`<div class="key-field">
    <input
      id=${`${id}-key`}
      name="api-key"
      type=${shown.value ? "text" : "password"}
      value=${typedKey}
      placeholder=${instance.value.features.demo_keys ? t("key.example", { key: "test" }) : t("key.label")}
      autocomplete="current-password"
      autocapitalize="off"
      spellcheck=${false}
      aria-invalid=${state === "invalid" || undefined}
      aria-describedby=${`${id}-status`}
      onInput=${(event) => {
        typedKey.value = event.target.value;
        missing.value = false;
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
  </div>`;
  const button = accepted
    ? html`<${Button} onClick=${leave}>${t("key.sign_out")}<//>`
    : html`<${Button} kind=${card ? "primary" : "plain"} type="submit" busy=${state === "checking"}>
        ${state === "failed" ? t("action.retry") : t("key.sign_in")}
      <//>`;
  const status = html`<div aria-live="polite" class="key-about"><${Status} id=${`${id}-status`} missing=${missing.value} /></div>`;
  // Password managers store a key under this name.
  const name = html`<input
    class="hidden"
    name="username"
    autocomplete="username"
    value=${viewer.value?.handle ?? ""}
    readonly
    tabindex="-1"
    aria-hidden="true"
  />`;
  return html`<form class=${card ? "key-panel card" : "key-panel bar"} onSubmit=${submit} data-state=${state}>
    <label for=${`${id}-key`} class=${card && !known ? "title" : "hidden"}>${t("key.label")}</label>
    ${name}
    <div class=${known ? "key-row known" : "key-row"}>${status} ${field} ${button}</div>
    ${state !== "valid" && viewer.value && key.value && state !== "checking"
      ? html`<button type="button" class="text-button" onClick=${leave}>${t("key.sign_out")}</button>`
      : null}
  </form>`;
}
