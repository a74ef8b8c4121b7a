// Operations: how everything is, for administrators, and what they can do about it.
import { InView } from "../components/in-view.js";
import { lazy } from "../components/lazy.js";
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
import { Runs } from "../operations/runs.js";
import { administers, signedIn } from "../store/session.js";
import NeedsKey from "./needs-key.js";
import { useTitle } from "./title.js";

addWords({ en: () => import("../i18n/en-operations.js"), ru: () => import("../i18n/ru-operations.js") });

const Dumps = lazy(() => import("../operations/dumps.js"));
const Storage = lazy(() => import("../operations/storage.js"));
const Roster = lazy(() => import("../operations/roster.js"));
const Log = lazy(() => import("../operations/log.js"));

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
    <${Runs} overview=${overview} refresh=${refresh} />
    <${InView} title=${t("operations.dumps")}><${Dumps} overview=${overview} /><//>
    <${InView} title=${t("operations.storage")}><${Storage} overview=${overview} /><//>
    <${InView} title=${t("operations.people")}><${Roster} /><//>
    <${InView} title=${t("operations.log")}><${Log} /><//>
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
