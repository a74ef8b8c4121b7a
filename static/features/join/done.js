// The key, shown this once: to copy, to save as a file, and to sign in with here.
import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Button, Trouble } from "../../core/ui/rows.js";
import { Secret } from "../../core/ui/secret.js";
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import { navigate } from "../../core/router.js";
import { noteOnlyCopy, saveKey } from "../sign-in/key-file.js";
import { key, keyError, signIn, signedIn, viewer } from "../../core/store/session.js";
import { keep } from "./kept.js";
import "./words.js";

export function Done({ token, given }) {
  const heading = useRef(null);
  const busy = useSignal(false);
  const error = useSignal(null);
  const { user, kept } = given;
  // The key in it has taken the focus a moment before.
  useLayoutEffect(() => heading.current.focus({ preventScroll: true }), []);
  const use = async (event) => {
    event?.preventDefault();
    if (busy.value) return;
    busy.value = true;
    error.value = null;
    await signIn(given.key, async (other) => (await import("../sign-in/leaving.js")).mayReplace(other));
    busy.value = false;
    if (key.value !== given.key) {
      // No error if the key in use was to stay.
      error.value = keyError.value;
      return;
    }
    if (!kept.value) noteOnlyCopy(given.key);
    keep(token);
    navigate("/");
  };
  const save = () => {
    saveKey(user.handle, given.key);
    keep(token);
  };
  const another = signedIn.value && viewer.value.id !== user.id;
  // Password managers offer to keep what a form with these fields sends.
  const field = { class: "hidden", readonly: true, tabindex: "-1", "aria-hidden": "true" };
  return html`<form class="settings-part" onSubmit=${use}>
    <input name="username" autocomplete="username" value=${user.handle} ...${field} />
    <input type="password" name="new-password" autocomplete="new-password" value=${given.key} ...${field} />
    <h2 ref=${heading} tabindex="-1">${t("join.done", { handle: user.handle })}</h2>
    <p class="hint">${t("join.key_about")}</p>
    <${Secret} words=${t("join.key_once")} secret=${given.key} copied=${() => keep(token)}>
      <${Button} onClick=${save}>${t("action.save_file")}<//>
    <//>
    <div class="field-row">
      <${Button} kind=${kept.value ? "primary" : "plain"} type="submit" icon="key" busy=${busy.value}>
        ${t("join.use_here")}
      <//>
    </div>
    ${another && html`<p class="hint">${t("join.use_replaces", { handle: viewer.value.handle })}</p>`}
    ${!kept.value && html`<p class="hint bad">${t("join.not_kept")}</p>`}
    ${error.value && html`<${Trouble} error=${error.value} retry=${use} />`}
  </form>`;
}
