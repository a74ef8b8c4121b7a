// A timeline on the page: its tweets, what waits above them and what comes below.
import { find } from "../../core/ui/find.js";
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Failure } from "../../core/ui/failure.js";
import { Button, EndRow, Skeletons, Trouble } from "../../core/ui/rows.js";
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import { keptFocus, keptRow, scrollToTop, useKeptPlace } from "../../core/ui/scroll.js";
import { openRow } from "./open-row.js";
import { RepostedBy, Tweet } from "./tweet.js";
import "./words.js";

// Calls `reached` when the end of the list is about to come into view.
function Sentinel({ reached, margin = "1200px" }) {
  const element = useRef(null);
  const latest = useRef(reached);
  latest.current = reached;
  useEffect(() => {
    const observer = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && latest.current(),
      { rootMargin: `${margin} 0px` },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return html`<div ref=${element} class="sentinel" aria-hidden="true"></div>`;
}

// Rows are cached by id: a list that grows or shrinks redraws only what is new in it.
function useRows(ids, feed) {
  const cache = useRef(new Map());
  const rows = new Map();
  for (const id of ids) {
    const reposters = feed.entries?.of(id).people;
    const known = cache.current.get(id);
    const same = known && known.props.reposters === reposters;
    rows.set(id, same ? known : html`<${Tweet} key=${id} id=${id} reposters=${reposters} />`);
  }
  cache.current = rows;
  return [...rows.values()];
}

// What is in view comes first, around the row where the reader was; the rest follows in bits that keep nobody
// waiting. The rows above it fill a window, so that it is at its place at once.
const IN_VIEW = 4;
const ABOVE = 8;
const BIT = 2;

function useGradually(ids, place) {
  const range = useSignal(null);
  if (range.value === null && ids.length > 0) {
    const at = Math.max(0, ids.indexOf(Number(keptRow(place))));
    // The row that had the focus gets it back as soon as the page is there.
    const focus = ids.indexOf(Number(keptFocus(place)));
    range.value = { from: Math.max(0, at - ABOVE), to: Math.max(at + IN_VIEW, focus < at + 2 * IN_VIEW ? focus + 1 : 0) };
  }
  const { from, to } = range.value ?? { from: 0, to: Infinity };
  const whole = from === 0 && to >= ids.length;
  useEffect(() => {
    if (ids.length === 0 || to === Infinity) return undefined;
    const next = whole ? { from: 0, to: Infinity } : { from: Math.max(0, from - BIT), to: to + BIT };
    const timer = setTimeout(() => (range.value = next));
    return () => clearTimeout(timer);
  }, [from, to, whole, ids.length === 0]);
  return whole ? ids : ids.slice(from, to);
}

function Rows({ ids, label, feed }) {
  const rows = useRows(ids, feed);
  // Rows that are added at the end move nothing.
  useKeptPlace(ids, (before) => before.some((id, index) => id !== ids[index]));
  return html`<div role="feed" class="rows" aria-label=${label} onClick=${openRow}>${rows}</div>`;
}

// What has come in, from its top on.
export async function showWaiting(feed) {
  const { takeIn } = await import("../../core/store/new-tweets.js");
  takeIn(feed);
  requestAnimationFrame(() => {
    scrollToTop();
    find("#main [role=feed] [data-row]")?.focus({ preventScroll: true });
  });
}

function NewTweets({ feed }) {
  const count = feed.waiting.value.length;
  if (count === 0) return null;
  return html`<button type="button" class="new-tweets" onClick=${() => showWaiting(feed)}>
    ${t(feed.overlaps ? "feed.new" : "feed.new_many", { count })}
  </button>`;
}

function Below({ feed, ended }) {
  const status = feed.status.value;
  const below = feed.hasRowsBelow;
  const more = () => {
    if (feed.hasRowsBelow) feed.showRowsBelow();
    else if (feed.status.value === "ready") feed.load();
  };
  if (status === "failed") return html`<${Trouble} error=${feed.error.value} retry=${() => feed.load()} />`;
  if (status === "ended" && !below) return html`<${EndRow}>${ended}<//>`;
  const loading = status === "loading" || status === "more";
  return html`<${Sentinel} key=${`${feed.ids.value.length + feed.start.value} ${feed.cursor}`} reached=${more} />
    <div class="more">
      <${Button} busy=${loading} onClick=${more}>${loading ? t("feed.loading") : t("feed.more")}<//>
    </div>`;
}

function Above({ feed }) {
  if (feed.start.value === 0) return null;
  const show = () => feed.showRowsAbove();
  return html`<${Sentinel} key=${feed.start.value} reached=${show} margin="600px" />
    <div class="more"><${Button} icon="up" onClick=${show}>${t("feed.newer")}<//></div>`;
}

// The feed knows that it is looked at; what may have changed meanwhile is read anew.
function useShown(feed) {
  useEffect(() => {
    feed.shown += 1;
    if (feed.stale) import("../../core/live/resync.js").then(({ resync }) => resync(feed)).catch(() => {});
    return () => {
      feed.shown -= 1;
    };
  }, [feed]);
}

// `place` is the name of the page's place (usePlace); `List` draws the tweets with some `ids`; those in `without`
// are elsewhere on the page.
export function FeedView({ feed, place, label, empty, ended, without = [], List = Rows }) {
  useShown(feed);
  if (feed.hasReposts) RepostedBy.prefetch();
  const rows = without.length > 0 ? feed.rows.value.filter((id) => !without.includes(id)) : feed.rows.value;
  const ids = useGradually(rows, place);
  const status = feed.status.value;
  const nothing = feed.ids.value.length === 0;
  if (nothing && status === "failed") {
    return html`<${Failure} error=${feed.error.value} retry=${() => feed.load()} />`;
  }
  if (nothing && (status === "fresh" || status === "loading")) return html`<${Skeletons} />`;
  return html`<${NewTweets} feed=${feed} />
    <${Above} feed=${feed} />
    ${nothing ? status === "ended" && empty : html`<${List} key=${feed.name} ids=${ids} label=${label} feed=${feed} />`}
    ${ids === rows && !(nothing && status === "ended") && html`<${Below} feed=${feed} ended=${ended} />`}`;
}
