// A timeline on the page: its tweets, what waits above them and what comes below.
import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { Button, EndRow, Failure, Skeletons, Trouble } from "../components/rows.js";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { keepPlace, scrollToTop } from "../lib/scroll.js";
import { navigate } from "../router.js";
import { Tweet } from "./tweet.js";

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
function useRows(ids) {
  const cache = useRef(new Map());
  const rows = new Map();
  for (const id of ids) {
    rows.set(id, cache.current.get(id) ?? html`<${Tweet} key=${id} id=${id} />`);
  }
  cache.current = rows;
  return [...rows.values()];
}

// At the first drawing of all, what is in view comes first, and the rest in bits that keep nobody waiting.
const IN_VIEW = 6;
const BIT = 4;
let drawn = false;

function useGradually(ids) {
  const shown = useSignal(drawn ? Infinity : IN_VIEW);
  const whole = shown.value >= ids.length;
  useEffect(() => {
    if (ids.length === 0) return undefined;
    if (whole) {
      drawn = true;
      shown.value = Infinity;
      return undefined;
    }
    const timer = setTimeout(() => (shown.value += BIT));
    return () => clearTimeout(timer);
  }, [whole, shown.value, ids.length === 0]);
  return whole ? ids : ids.slice(0, shown.value);
}

function Rows({ ids, label }) {
  const rows = useRows(ids);
  const restore = useRef(null);
  const shown = useRef(ids);
  // Measured while the old rows are still there, put right once the new ones are.
  if (shown.current.some((id, index) => id !== ids[index])) restore.current = keepPlace();
  shown.current = ids;
  useLayoutEffect(() => {
    restore.current?.();
    restore.current = null;
  }, [ids]);
  const openRow = (event) => {
    if (event.target.closest("a, button, input, textarea")) return;
    if (getSelection().toString()) return;
    const row = event.target.closest("[data-row]");
    if (row && !row.matches(".deleted")) navigate(`/tweets/${row.dataset.row}`);
  };
  return html`<div role="feed" class="rows" aria-label=${label} onClick=${openRow}>${rows}</div>`;
}

// What has come in, from its top on.
export async function showWaiting(feed) {
  const { takeIn } = await import("../store/new-tweets.js");
  takeIn(feed);
  requestAnimationFrame(() => {
    scrollToTop();
    document.querySelector("#main [role=feed] [data-row]")?.focus({ preventScroll: true });
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
  return html`<${Sentinel} key=${feed.ids.value.length + feed.start.value} reached=${more} />
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
    if (feed.stale) import("../live/resync.js").then(({ resync }) => resync(feed)).catch(() => {});
    return () => {
      feed.shown -= 1;
    };
  }, [feed]);
}

export function FeedView({ feed, label, empty, ended }) {
  useShown(feed);
  const ids = useGradually(feed.rows.value);
  const status = feed.status.value;
  const nothing = feed.ids.value.length === 0;
  if (nothing && status === "failed") {
    return html`<${Failure} error=${feed.error.value} retry=${() => feed.load()} />`;
  }
  if (nothing && (status === "fresh" || status === "loading")) return html`<${Skeletons} />`;
  return html`<${NewTweets} feed=${feed} />
    <${Above} feed=${feed} />
    ${nothing ? empty : html`<${Rows} key=${feed.name} ids=${ids} label=${label} />`}
    ${ids === feed.rows.value && !nothing && html`<${Below} feed=${feed} ended=${ended} />`}`;
}
