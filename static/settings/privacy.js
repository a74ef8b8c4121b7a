// All that is the viewer's: taken along as one archive, and deleted.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { askExport, fetchArchive, fetchExport } from "../api/privacy.js";
import { lazy } from "../components/lazy.js";
import { Button, Trouble } from "../components/rows.js";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { dayOf } from "../lib/time.js";
import { viewer } from "../store/session.js";

const Deletion = lazy(() => import("./deletion.js"));

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
    <div class="field-row">
      ${state === "ready" &&
      html`<${Button} kind="primary" busy=${busy.value} onClick=${() => attempt(download)}>${t("privacy.download")}<//>`}
      <${Button} busy=${state === "pending"} disabled=${state === "pending"} onClick=${() => attempt(ask)}>
        ${t("privacy.export")}
      <//>
    </div>
    ${error.value &&
    html`<${Trouble} error=${error.value.failure} retry=${() => attempt(error.value.act)} />`}
  </div>`;
}

export default function Privacy() {
  const leaving = useSignal(false);
  return html`<section class="settings-part">
    <h2>${t("privacy.title")}</h2>
    <${Export} />
    ${leaving.value
      ? html`<${Deletion} onCancel=${() => (leaving.value = false)} />`
      : html`<div class="field-row">
          <${Button} kind="danger" onClick=${() => (leaving.value = true)}>${t("privacy.delete")}<//>
        </div>`}
  </section>`;
}
