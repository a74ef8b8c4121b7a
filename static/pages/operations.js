// Operations: how everything is, for administrators, and what they can do about it.
import { far } from "../components/far.js";
import { Skeletons, Trouble } from "../components/rows.js";
import { PageHead } from "../components/shell.js";
import { fetchOverview } from "../api/operations.js";
import { html } from "../lib/html.js";
import { addWords, t } from "../lib/i18n.js";
import { usePlace } from "../lib/scroll.js";
import { Health } from "../operations/health.js";
import { Plots } from "../operations/plots.js";
import { usePoll } from "../operations/poll.js";
import { Queues } from "../operations/queues.js";
import { administers, signedIn } from "../store/session.js";
import NeedsKey from "./needs-key.js";
import { useTitle } from "./title.js";

addWords({ en: () => import("../i18n/en-operations.js"), ru: () => import("../i18n/ru-operations.js") });

const Runs = far(() => import("../operations/runs.js"));
const Dumps = far(() => import("../operations/dumps.js"));
const Storage = far(() => import("../operations/storage.js"));
const Roster = far(() => import("../operations/roster.js"));
const Log = far(() => import("../operations/log.js"));

function Everything() {
  const { data, error, refresh } = usePoll(fetchOverview, 5);
  const overview = data.value;
  if (!overview) {
    return error.value ? html`<${Trouble} error=${error.value} retry=${refresh} />` : html`<${Skeletons} />`;
  }
  return html`
    ${error.value && html`<${Trouble} error=${error.value} retry=${refresh} />`}
    <${Health} overview=${overview} />
    <${Plots} />
    <${Queues} overview=${overview} />
    <${Runs} title=${t("operations.runs")} overview=${overview} refresh=${refresh} />
    <${Dumps} title=${t("operations.dumps")} overview=${overview} />
    <${Storage} title=${t("operations.storage")} overview=${overview} />
    <${Roster} title=${t("operations.people")} />
    <${Log} title=${t("operations.log")} />
  `;
}

export default function OperationsPage({ entry }) {
  usePlace(`operations ${entry}`);
  useTitle(t("nav.operations"));
  return html`
    <${PageHead} title=${t("nav.operations")} />
    ${signedIn.value
      ? html`<div class="settings">
          ${administers.value
            ? html`<${Everything} />`
            : html`<p class="hint op-only">${t("operations.for_admins")}</p>`}
        </div>`
      : html`<${NeedsKey} />`}
  `;
}
