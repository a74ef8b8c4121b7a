// The viewer's data: export and deletion.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { askExport, fetchArchive, fetchExport } from "../../core/api/privacy.js";
import { lazy } from "../../core/ui/lazy.js";
import { Button, Trouble } from "../../core/ui/rows.js";
import { useAct } from "../../core/ui/act.js";
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import { dayOf } from "../../core/words/time.js";
import { viewer } from "../../core/store/session.js";
import "./words.js";

const Deletion = lazy(() => import("./deletion.js"));

// How often it is asked whether the archive is ready.
const LOOK_EVERY = 2000;

function Export() {
  const found = useSignal(null);
  const useAnswer = (fetched) => useAct(async () => (found.value = await fetched()));
  const look = useAnswer(fetchExport);
  const ask = useAnswer(askExport);
  const download = useAct(async () => {
    const { saveFile } = await import("../../core/lib/save-file.js");
    saveFile(await fetchArchive(), `perch-${viewer.value.handle}.zip`);
  });
  const failed = [look, ask, download].find((one) => one.error.value);
  const state = found.value?.state;
  useEffect(() => void look.press(), []);
  useEffect(() => {
    if (state !== "pending") return undefined;
    const timer = setInterval(look.press, LOOK_EVERY);
    return () => clearInterval(timer);
  }, [state]);
  return html`<p class="hint" role="status">
      ${state === "pending" ? t("privacy.making") : state === "ready"
        ? t("privacy.ready", { day: dayOf(found.value.expires_at) })
        : t(state === "failed" ? "privacy.failed" : "privacy.about_export")}
    </p>
    <div class="field-row">
      ${state === "ready" &&
      html`<${Button} kind="primary" busy=${download.busy.value} onClick=${download.press}>${t("privacy.download")}<//>`}
      <${Button} busy=${state === "pending"} disabled=${state === "pending"} onClick=${ask.press}>
        ${t("privacy.export")}
      <//>
    </div>
    ${failed && html`<${Trouble} error=${failed.error.value} retry=${failed.press} />`}`;
}

export default function Privacy() {
  const leaving = useSignal(false);
  return html`<section class="settings-part">
      <h2>${t("privacy.title")}</h2>
      <${Export} />
    </section>
    <section class="settings-part">
      <h2>${t("privacy.leave_title")}</h2>
      ${leaving.value
        ? html`<${Deletion} onCancel=${() => (leaving.value = false)} />`
        : html`<div class="field-row">
            <${Button} kind="danger" onClick=${() => (leaving.value = true)}>${t("privacy.delete")}<//>
          </div>`}
    </section>`;
}
