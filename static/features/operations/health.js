// How everything is, in a few lines.
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import { size } from "./poll.js";
import "./words.js";

export function Health({ overview }) {
  const { status, reasons, web, workers, version, disk_free: free } = overview;
  const facts = [
    t("operations.web", { count: web }),
    workers === null ? t("operations.workers_unknown") : t("operations.workers", { count: workers }),
    t("operations.disk_free", { size: size(free) }),
    t("operations.version", { version }),
  ];
  return html`<section class="settings-part">
    <h2>${t("operations.health")}</h2>
    <p class=${`op-status ${status}`} role="status"><b>${t(`operations.${status}`)}</b></p>
    ${reasons.length > 0 && html`<ul class="op-reasons">${reasons.map((reason) => html`<li>${reason}</li>`)}</ul>`}
    <p class="hint">${facts.join(" · ")}</p>
  </section>`;
}
