// Scheduled runs.
import { startRun } from "../../core/api/operations.js";
import { Button } from "../../core/ui/rows.js";
import { useAct } from "../../core/ui/act.js";
import { html } from "../../core/ui/html.js";
import { errorText, t } from "../../core/words/words.js";
import { moment } from "./poll.js";
import "./words.js";

function Run({ one, started }) {
  const name = t(`operations.run_${one.kind}`);
  const { busy, error, press } = useAct(async () => {
    await startRun(one.kind);
    await started();
  });
  const last = one.last
    ? t("operations.last", { state: t(`operations.state_${one.last.state}`), time: moment(one.last.slot) })
    : t("operations.never");
  const going = one.last?.state === "running";
  return html`<li class="api-key">
    <div>
      <b>${name}</b>
      <span class="handle">${last} · ${t("operations.next", { time: moment(one.next) })}</span>
      ${one.last?.error && html`<p class=${one.last.state === "skipped" ? "hint" : "hint bad"}>${one.last.error}</p>`}
      ${error.value && html`<p class="hint bad" role="alert">${errorText(error.value)}</p>`}
    </div>
    <div class="api-key-buttons">
      <${Button}
        kind="small"
        busy=${busy.value || going}
        disabled=${going}
        aria-label=${t("operations.start_name", { name })}
        onClick=${press}
        >${t("operations.start")}<//
      >
    </div>
  </li>`;
}

export default function Runs({ overview, refresh }) {
  return html`<section class="settings-part">
    <h2>${t("operations.runs")}</h2>
    <ul class="api-keys">
      ${overview.runs.map((one) => html`<${Run} key=${one.kind} one=${one} started=${refresh} />`)}
    </ul>
  </section>`;
}
