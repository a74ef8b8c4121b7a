// What others did that concerns the viewer: notifications in three tabs, and tweets for the viewer alone in a fourth.
import { useEffect, useRef } from "preact/hooks";
import { Failure } from "../core/ui/failure.js";
import { Button, EmptyRow, EndRow, Skeletons, Trouble } from "../core/ui/rows.js";
import { html } from "../core/ui/html.js";
import { Tabs } from "../core/ui/tabs.js";
import { isAtTop, scrollToTop, useKeptPlace, usePlace } from "../core/ui/scroll.js";
import { t } from "../core/words/words.js";
import { lists } from "../core/store/notification-lists.js";
import { markRead, news, unread } from "../core/store/notifications.js";
import { privateTweets } from "../core/store/lists.js";
import { key } from "../core/store/session.js";
import { Notification } from "../features/notifications/notification.js";
import "../features/notifications/words.js";
import { FeedView } from "../features/timeline/feed.js";
import { openRow } from "../features/timeline/open-row.js";
import NeedsKey from "./needs-key.js";
import { PageHead } from "./shell.js";
import { useTitle } from "./title.js";

const TABS = [
  ["all", "/notifications"],
  ["mentions", "/notifications/mentions"],
  ["follows", "/notifications/follows"],
  ["private", "/notifications/private"],
];

const Empty = () =>
  html`<${EmptyRow} title=${t("notifications.empty")}><p>${t("notifications.empty_hint")}</p><//>`;

// What was seen is read. A key that may only read can't say so: then it stays unread.
function useMarked(list) {
  const newest = list.items.value?.find((one) => one.unread)?.id;
  useEffect(() => {
    if (list.tab !== "all" || newest === undefined) return undefined;
    const mark = () => document.visibilityState === "visible" && markRead(newest).catch(() => {});
    mark();
    document.addEventListener("visibilitychange", mark);
    return () => document.removeEventListener("visibilitychange", mark);
  }, [list, newest]);
}

function List({ list }) {
  const items = list.items.value;
  const error = list.error.value;
  const hasChanged = items !== null && news.value > list.asOf.value;
  const isNew = hasChanged && unread.value > 0;
  const opened = useRef(true);
  useEffect(() => {
    const justOpened = opened.current;
    opened.current = false;
    // Nothing moves under a reader; at the top, what is new is shown at once, and what was taken back goes.
    if (items !== null && !(hasChanged && isAtTop())) return;
    if (items === null || justOpened) list.refresh();
    else list.settle(isAtTop);
    // If something happened while the list was loading, load it again.
  }, [list, hasChanged, isNew, list.asOf.value]);
  useMarked(list);
  useKeptPlace(items ?? []);
  if (items === null && error) return html`<${Failure} error=${error} retry=${() => list.refresh()} />`;
  if (items === null) return html`<${Skeletons} />`;
  const show = async () => {
    await list.refresh();
    scrollToTop();
  };
  return html`${isNew &&
    html`<button type="button" class="new-tweets" onClick=${show}>${t("notifications.show_new")}</button>`}
    ${items.length === 0
      ? list.next.value === null && html`<${Empty} />`
      : html`<div role="feed" class="rows" aria-label=${t("nav.notifications")} onClick=${openRow}>
          ${items.map((one) => html`<${Notification} key=${`${one.kind} ${one.tweet?.id} ${one.id}`} notification=${one} />`)}
        </div>`}
    ${error && html`<${Trouble} error=${error} retry=${() => list.more() ?? list.refresh()} />`}
    ${(items.length > 0 || list.next.value !== null) &&
    (list.next.value === null
      ? html`<${EndRow} />`
      : html`<div class="more">
          <${Button} busy=${list.loading.value} onClick=${() => list.more()}>
            ${list.loading.value ? t("feed.loading") : t("feed.more")}
          <//>
        </div>`)}`;
}

const NoPrivate = () =>
  html`<${EmptyRow} title=${t("notifications.empty_private")}><p>${t("notifications.empty_private_hint")}</p><//>`;

// What only mentioned people may see is a list of tweets.
function PrivateTweets({ place }) {
  const feed = privateTweets();
  useEffect(() => {
    if (feed.status.value === "fresh") feed.load();
  }, [feed.status.value]);
  return html`<${FeedView} feed=${feed} place=${place} label=${t("notifications.private")} empty=${html`<${NoPrivate} />`} />`;
}

export default function NotificationsPage({ tab, entry }) {
  const title = t("nav.notifications");
  const place = `notifications ${tab} ${entry}`;
  usePlace(place);
  useTitle(`${unread.value ? `(${unread.value}) ` : ""}${title}`);
  const tabs = html`<${Tabs}
    label=${t("notifications.tabs")}
    tabs=${TABS.map(([name, to]) => [name, to, t(`notifications.${name}`)])}
    current=${tab}
    many
  />`;
  return html`<${PageHead} title=${title} back>${tabs}<//>
    ${!key.value
      ? html`<${NeedsKey} />`
      : tab === "private"
        ? html`<${PrivateTweets} place=${place} />`
        : html`<${List} key=${tab} list=${lists[tab]} />`}`;
}
