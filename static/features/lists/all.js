// The viewer's lists.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { fetchLists } from "../../core/api/people-lists.js";
import { navigate } from "../../core/router.js";
import { missed } from "../../core/store/live-state.js";
import { useAct } from "../../core/ui/act.js";
import { Failure } from "../../core/ui/failure.js";
import { html } from "../../core/ui/html.js";
import { EmptyRow, Skeletons } from "../../core/ui/rows.js";
import { t } from "../../core/words/words.js";
import { NameForm } from "./name-form.js";
import { news, readLatest } from "./news.js";
import "./words.js";

const Row = ({ list }) => html`<li>
  <a class="list-row" href=${`/lists/${list.id}`}>
    <b dir="auto">${list.title}</b>
    <span class="hint">
      ${t("list.people_count", { count: list.members_count })}
      ${list.exclusive && html` · ${t("list.apart")}`}
    </span>
  </a>
</li>`;

export default function Lists() {
  const lists = useSignal(null);
  const { error, press } = useAct(() => readLatest(async () => (lists.value = await fetchLists())));
  useEffect(() => void press(), [news.value, missed.value]);
  if (lists.value === null) {
    return error.value ? html`<${Failure} error=${error.value} retry=${press} />` : html`<${Skeletons} count=${2} />`;
  }
  return html`<div class="lists-top">
      <p class="hint">${t("list.about")}</p>
      <${NameForm} made=${({ id }) => navigate(`/lists/${id}`)} />
    </div>
    ${lists.value.length === 0 && html`<${EmptyRow} title=${t("list.none")} />`}
    <ul class="lists">
      ${lists.value.map((list) => html`<${Row} key=${list.id} list=${list} />`)}
    </ul>`;
}
