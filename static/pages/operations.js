// Operations: how everything is, for administrators, and what they can do about it. A section for each subject.
import { lazy } from "../core/ui/lazy.js";
import { Skeletons, Trouble } from "../core/ui/rows.js";
import { PageHead } from "./shell.js";
import { fetchOverview } from "../core/api/operations.js";
import { html } from "../core/ui/html.js";
import { Tabs } from "../core/ui/tabs.js";
import { t } from "../core/words/words.js";
import { usePlace } from "../core/ui/scroll.js";
import { Health } from "../features/operations/health.js";
import { Plots } from "../features/operations/plots.js";
import { usePoll } from "../features/operations/poll.js";
import { Queues } from "../features/operations/queues.js";
import { administers, signedIn } from "../core/store/session.js";
import NeedsKey from "./needs-key.js";
import { useTitle } from "./title.js";
import "./words.js";

const Runs = lazy(() => import("../features/operations/runs.js"));
const Dumps = lazy(() => import("../features/operations/dumps.js"));
const Storage = lazy(() => import("../features/operations/storage.js"));
const Roster = lazy(() => import("../features/operations/roster.js"));
const Log = lazy(() => import("../features/operations/log.js"));

const Overview = ({ overview }) => html`<${Health} overview=${overview} />
  <${Queues} overview=${overview} />
  <${Plots} />`;

const Jobs = ({ overview, refresh }) => html`<${Runs} title=${t("operations.runs")} overview=${overview} refresh=${refresh} />
  <${Storage} title=${t("operations.storage")} overview=${overview} />
  <${Dumps} title=${t("operations.dumps")} overview=${overview} />`;

const People = () => html`<${Roster} title=${t("operations.people")} />`;

const Lines = () => html`<${Log} title=${t("operations.log")} />`;

// Each with the words of its tab.
const SECTIONS = {
  overview: ["operations.overview", Overview],
  runs: ["operations.runs", Jobs],
  people: ["operations.people", People],
  log: ["operations.log", Lines],
};

// Every section shows how the server is as soon as that is bad: the overview is read in all of them.
function Section({ name }) {
  const { data, error, refresh } = usePoll(fetchOverview, 5);
  const overview = data.value;
  const [, Part] = SECTIONS[name];
  if (!overview) {
    return error.value ? html`<${Trouble} error=${error.value} retry=${refresh} />` : html`<${Skeletons} />`;
  }
  return html`${error.value && html`<${Trouble} error=${error.value} retry=${refresh} />`}
    ${name !== "overview" && overview.status !== "ok" && html`<${Health} overview=${overview} />`}
    <div class="op-board"><${Part} overview=${overview} refresh=${refresh} /></div>`;
}

export default function OperationsPage({ section = "overview", entry }) {
  usePlace(`operations ${section} ${entry}`);
  useTitle(`${t(SECTIONS[section][0])} · ${t("nav.operations")}`);
  const addressOf = (name) => (name === "overview" ? "/operations" : `/operations/${name}`);
  const tabs = html`<${Tabs}
    label=${t("operations.sections")}
    tabs=${Object.entries(SECTIONS).map(([name, [words]]) => [name, addressOf(name), t(words)])}
    current=${section}
    many
  />`;
  return html`
    <${PageHead} title=${t("nav.operations")}>${administers.value && tabs}<//>
    ${signedIn.value
      ? html`<div class="settings">
          ${administers.value
            ? html`<${Section} key=${section} name=${section} />`
            : html`<p class="hint op-only">${t("operations.for_admins")}</p>`}
        </div>`
      : html`<${NeedsKey} />`}
  `;
}
