// The viewer's drafts on the server, or their scheduled tweets, read page by page.
import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { fetchDrafts } from "../../core/api/drafts.js";
import { draftNews } from "../../core/store/drafts.js";
import { loadPreferences } from "../../core/store/own-preferences.js";
import { useAct } from "../../core/ui/act.js";
import { find } from "../../core/ui/find.js";
import { Failure } from "../../core/ui/failure.js";
import { html } from "../../core/ui/html.js";
import { focusedOn } from "../../core/ui/picture-shape.js";
import { Button, EmptyRow, Skeletons, Trouble } from "../../core/ui/rows.js";
import { errorText, formatter, t } from "../../core/words/words.js";
import { discardSaved, takeBack } from "./saved.js";
import { zone } from "./schedule.js";
import "./words.js";

/** @import { SavedDraftJson } from "../../core/api/shapes.js" */

const PAGE = 30;

const timeOf = (iso) =>
  formatter("DateTimeFormat", { dateStyle: "medium", timeStyle: "short", timeZone: zone() }).format(new Date(iso));

/** @param {{saved: SavedDraftJson, onFocus: () => void}} props */
function Row({ saved, onFocus }) {
  const open = useAct(() => takeBack(saved));
  const discard = useAct(() => discardSaved(saved));
  const failed = [open, discard].find((act) => act.error.value);
  const words = saved.tweets.map((one) => one.tweet_data ?? "").join("\n\n");
  const pictures = saved.media.length;
  return html`<li class="saved-draft" onFocusIn=${onFocus}>
    ${saved.failure
      ? html`<p class="hint bad">${t("compose.not_published")} ${errorText({ type: saved.failure, message: t("compose.not_publishable") })}</p>`
      : saved.publish_at && html`<p class="hint">${t("compose.scheduled_for", { when: timeOf(saved.publish_at) })}</p>`}
    ${saved.in_reply_to_id && html`<p class="hint"><a href=${`/tweets/${saved.in_reply_to_id}`}>${t("compose.draft_of_reply")}</a></p>`}
    ${saved.quote_of_id && html`<p class="hint"><a href=${`/tweets/${saved.quote_of_id}`}>${t("compose.draft_of_quote")}</a></p>`}
    ${saved.warning && html`<p class="hint">${saved.warning}</p>`}
    <p class="saved-words" dir="auto">${words.trim() || t("compose.without_words")}</p>
    ${pictures > 0 &&
    html`<p class="saved-pictures">
      ${saved.media.map((one) => html`<img key=${one.id} src=${one.small_url || one.url} style=${focusedOn(one.focus)} alt=${one.alt} width="64" height="64" loading="lazy" />`)}
    </p>`}
    <p class="outgoing-buttons">
      <${Button} kind="small" icon="pen" busy=${open.busy.value} onClick=${open.press}>${t("outgoing.edit")}<//>
      <${Button} kind="small quiet" icon="trash" busy=${discard.busy.value} onClick=${discard.press}>
        ${t("compose.delete_draft")}
      <//>
    </p>
    ${failed && html`<${Trouble} error=${failed.error.value} retry=${failed.press} />`}
  </li>`;
}

/** @param {{scheduled?: boolean}} props */
export default function SavedList({ scheduled = false }) {
  const list = useSignal(/** @type {SavedDraftJson[] | null} */ (null));
  const next = useSignal(/** @type {number | null} */ (null));
  const read = useAct(async () => {
    const page = await fetchDrafts(scheduled, undefined, Math.max(PAGE, list.value?.length ?? 0));
    list.value = page.drafts;
    next.value = page.next;
  });
  const more = useAct(async () => {
    const page = await fetchDrafts(scheduled, next.value, PAGE);
    list.value = [...list.value, ...page.drafts];
    next.value = page.next;
  });
  // The row with the focus may leave: then it goes to the one in its place, or to the heading of the page.
  const rows = useRef(/** @type {HTMLUListElement | null} */ (null));
  const focused = useRef(/** @type {{id: number, at: number} | null} */ (null));
  useLayoutEffect(() => {
    const { id, at } = focused.current ?? {};
    if (id === undefined || document.activeElement !== document.body || list.value?.some((one) => one.id === id)) return;
    focused.current = null;
    const heir = list.value?.[Math.min(at, list.value.length - 1)];
    const target = heir ? find("button", rows.current.children[list.value.indexOf(heir)]) : find("#main h1");
    target?.focus({ preventScroll: true });
  }, [list.value]);
  useEffect(() => void read.press(), [scheduled, draftNews.value]);
  useEffect(() => void loadPreferences().catch(() => {}), []);
  if (list.value === null) {
    return read.error.value ? html`<${Failure} error=${read.error.value} retry=${read.press} />` : html`<${Skeletons} />`;
  }
  if (list.value.length === 0) {
    const kind = scheduled ? "scheduled" : "drafts";
    return html`<${EmptyRow} title=${t(`compose.no_${kind}`)}><p>${t(`compose.no_${kind}_hint`)}</p><//>`;
  }
  return html`<ul ref=${rows} class="saved-drafts">
      ${list.value.map(
        (saved, at) => html`<${Row} key=${saved.id} saved=${saved} onFocus=${() => (focused.current = { id: saved.id, at })} />`,
      )}
    </ul>
    ${next.value !== null && html`<p class="end"><${Button} busy=${more.busy.value} onClick=${more.press}>${t("compose.more_drafts")}<//></p>`}
    ${more.error.value && html`<${Trouble} error=${more.error.value} retry=${more.press} />`}`;
}
