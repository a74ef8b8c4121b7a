// The timeline of a list.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { fetchList } from "../core/api/people-lists.js";
import { renew } from "../core/live/resync.js";
import { openDialog } from "../core/store/dialogs.js";
import { feedOfList } from "../core/store/lists.js";
import { missed } from "../core/store/live-state.js";
import { signedIn, viewer } from "../core/store/session.js";
import { useAct } from "../core/ui/act.js";
import { Failure } from "../core/ui/failure.js";
import { html } from "../core/ui/html.js";
import { Icon } from "../core/ui/icon.js";
import { Button, EmptyRow, Skeletons } from "../core/ui/rows.js";
import { t } from "../core/words/words.js";
import { follow, news, readLatest } from "../features/lists/news.js";
import "../features/lists/words.js";
import { FeedPage } from "./feed-page.js";
import NeedsKey from "./needs-key.js";
import { PageHead } from "./shell.js";

const edit = (list, people = false) => openDialog(() => import("../features/lists/edit-dialog.js"), { list, people });

function Empty({ list }) {
  return html`<${EmptyRow} title=${t("list.empty")}>
    ${list.members_count === 0 &&
    html`<p>${t("list.empty_hint")}</p>
      <${Button} kind="primary" onClick=${() => edit(list, true)}>${t("list.add_people")}<//>`}
  <//>`;
}

const EditButton = ({ list }) => html`<button
  type="button"
  class="icon-button"
  aria-haspopup="dialog"
  aria-label=${t("list.edit")}
  title=${t("list.edit")}
  onClick=${() => edit(list)}
>
  <${Icon} name="settings" />
</button>`;

function Gone() {
  return html`<${PageHead} title=${t("list.gone")} back />
    <${EmptyRow} title=${t("list.gone")}><p>${t("list.gone_hint")}</p><//>`;
}

function List({ id, entry }) {
  const feed = feedOfList(id);
  const list = useSignal(null);
  const { error, press } = useAct(() => readLatest(async () => (list.value = await fetchList(id))));
  useEffect(() => {
    press();
    // Other people may be on it now.
    if (news.value && feed.shown) renew(feed);
  }, [id, news.value, missed.value]);
  useEffect(() => (list.value ? follow(feed, list.value.member_ids) : undefined), [feed, list.value]);
  if (error.value?.type === "list_not_found") return html`<${Gone} />`;
  if (list.value === null) {
    return html`<${PageHead} title=${t("nav.lists")} back />
      ${error.value ? html`<${Failure} error=${error.value} retry=${press} />` : html`<${Skeletons} />`}`;
  }
  return html`<${FeedPage}
    feed=${feed}
    title=${list.value.title}
    place=${`list ${id} ${entry}`}
    empty=${html`<${Empty} list=${list.value} />`}
    beside=${html`<${EditButton} list=${list.value} />`}
  />`;
}

export default function ListPage({ id, entry }) {
  if (!signedIn.value) return html`<${PageHead} title=${t("nav.lists")} back /><${NeedsKey} />`;
  return html`<${List} key=${`${viewer.value?.id} ${id}`} id=${id} entry=${entry} />`;
}
