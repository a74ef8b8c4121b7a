// The key, shown this once: to copy, to save as a file, and to sign in with here.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Button, Trouble } from "../components/rows.js";
import { Secret } from "../components/secret.js";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { saveFile } from "../lib/save-file.js";
import { navigate } from "../router.js";
import { instance, key, keyError, signIn, signedIn, viewer } from "../store/session.js";
import { keep } from "./kept.js";

function saveAsFile({ user, key: secret }) {
  const lines = [instance.value.name, location.origin, `@${user.handle}`, secret, ""];
  saveFile(new Blob([lines.join("\n")], { type: "text/plain" }), `perch-key-${user.handle}.txt`);
}

export function Done({ token, given }) {
  const heading = useRef(null);
  const busy = useSignal(false);
  const error = useSignal(null);
  const { user, kept } = given;
  useEffect(() => heading.current.focus({ preventScroll: true }), []);
  const use = async () => {
    if (busy.value) return;
    busy.value = true;
    error.value = null;
    await signIn(given.key);
    busy.value = false;
    if (key.value !== given.key) {
      error.value = keyError.value;
      return;
    }
    keep(token);
    navigate("/");
  };
  const save = () => {
    saveAsFile(given);
    keep(token);
  };
  const another = signedIn.value && viewer.value.id !== user.id;
  return html`<section class="settings-part">
    <h2 ref=${heading} tabindex="-1">${t("join.done", { handle: user.handle })}</h2>
    <p class="hint">${t("join.key_about")}</p>
    <${Secret} words=${t("join.key_once")} secret=${given.key} copied=${() => keep(token)}>
      <${Button} onClick=${save}>${t("join.save_file")}<//>
    <//>
    <div class="field-row">
      <${Button} kind=${kept.value ? "primary" : "plain"} icon="key" busy=${busy.value} onClick=${use}>
        ${t("join.use_here")}
      <//>
    </div>
    ${another && html`<p class="hint">${t("join.use_replaces", { handle: viewer.value.handle })}</p>`}
    ${!kept.value && html`<p class="hint bad">${t("join.not_kept")}</p>`}
    ${error.value && html`<${Trouble} error=${error.value} retry=${use} />`}
  </section>`;
}
