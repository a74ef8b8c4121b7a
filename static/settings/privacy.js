// All that is the viewer's: taken along as one archive, and deleted.
import { useSignal } from "@preact/signals";
import { useEffect, useId } from "preact/hooks";
import { askExport, deleteAccount, fetchArchive, fetchExport } from "../api/privacy.js";
import { Button, Trouble } from "../components/rows.js";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { dayOf } from "../lib/time.js";
import { signOut, viewer } from "../store/session.js";

// How often it is asked whether the archive is ready.
const LOOK_EVERY = 2000;

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

function Export() {
  const found = useSignal(null);
  const busy = useSignal(false);
  const error = useSignal(null);
  const attempt = async (act) => {
    if (busy.value) return;
    busy.value = true;
    error.value = null;
    try {
      await act();
    } catch (failure) {
      error.value = { failure, act };
    } finally {
      busy.value = false;
    }
  };
  const look = async () => (found.value = await fetchExport());
  const ask = async () => (found.value = await askExport());
  const download = async () => save(await fetchArchive(), `perch-${viewer.value.handle}.zip`);
  const state = found.value?.state;
  useEffect(() => {
    attempt(look);
  }, []);
  useEffect(() => {
    if (state !== "pending") return undefined;
    const timer = setInterval(() => attempt(look), LOOK_EVERY);
    return () => clearInterval(timer);
  }, [state]);
  return html`<div>
    <p class="hint" role="status">
      ${state === "pending" ? t("privacy.making") : state === "ready"
        ? t("privacy.ready", { day: dayOf(found.value.expires_at) })
        : t(state === "failed" ? "privacy.failed" : "privacy.about_export")}
    </p>
    ${state === "ready"
      ? html`<${Button} kind="primary" busy=${busy.value} onClick=${() => attempt(download)}>${t("privacy.download")}<//>`
      : html`<${Button} busy=${state === "pending"} disabled=${state === "pending"} onClick=${() => attempt(ask)}>
          ${t("privacy.export")}
        <//>`}
    ${error.value &&
    html`<${Trouble} error=${error.value.failure} retry=${() => attempt(error.value.act)} />`}
  </div>`;
}

function Deletion() {
  const id = useId();
  const asking = useSignal(false);
  const typed = useSignal("");
  const busy = useSignal(false);
  const error = useSignal(null);
  const { handle } = viewer.value;
  const sure = typed.value.trim().replace(/^@/, "") === handle;
  const submit = async (event) => {
    event?.preventDefault();
    if (!sure || busy.value) return;
    busy.value = true;
    error.value = null;
    try {
      await deleteAccount(handle);
      signOut();
    } catch (failure) {
      error.value = failure;
      busy.value = false;
    }
  };
  if (!asking.value) {
    return html`<${Button} kind="danger" onClick=${() => (asking.value = true)}>${t("privacy.delete")}<//>`;
  }
  return html`<form class="create-key" onSubmit=${submit}>
    <p class="hint">${t("privacy.about_delete")}</p>
    <label for=${id}>${t("privacy.type_handle", { handle })}</label>
    <input
      id=${id}
      autocomplete="off"
      autocapitalize="none"
      spellcheck=${false}
      value=${typed}
      onInput=${(event) => (typed.value = event.target.value)}
    />
    <div class="field-row">
      <${Button} kind="danger" type="submit" busy=${busy.value} disabled=${!sure}>${t("privacy.delete_now")}<//>
      <${Button} onClick=${() => (asking.value = false)}>${t("action.cancel")}<//>
    </div>
    ${error.value && html`<${Trouble} error=${error.value} retry=${submit} />`}
  </form>`;
}

export default function Privacy() {
  return html`<section class="settings-part">
    <h2>${t("privacy.title")}</h2>
    <${Export} />
    <${Deletion} />
  </section>`;
}
