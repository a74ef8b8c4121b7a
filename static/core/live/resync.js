// Reading anew what the page shows, where events may have been missed.
import { batch } from "@preact/signals";
import { everyFeed } from "../store/feeds.js";
import { missed } from "../store/live-state.js";
import { key } from "../store/session.js";
import { loadUnread } from "../store/notifications.js";
import { takeIn, wait } from "../store/new-tweets.js";
import { keepTweet, removeTweet, tweetById } from "../store/tweets.js";

const PAGE = 100;
// If more than this was missed, the feed restarts from its newest page once the reader asks for new tweets.
const MOST_PAGES = 10;

// Compares a feed with what the server has: what is gone leaves it, what is new waits above.
export async function resync(feed) {
  feed.stale = false;
  if (feed.status.value === "failed" && feed.ids.value.length === 0) return feed.load();
  if (["fresh", "loading"].includes(feed.status.value)) return undefined;
  const { generation } = feed;
  const ids = feed.ids.value;
  const placeOf = (id) => (id === undefined ? 0 : feed.placeOf(id));
  const [newest, oldest] = [placeOf(ids[0]), placeOf(ids.at(-1))];
  const began = performance.now();
  const found = [];
  const entries = [];
  let first = null;
  let page;
  for (let number = 0; number < MOST_PAGES; number += 1) {
    page = await feed.fetchPage(page?.next ?? null, Math.min(PAGE, Math.max(30, ids.length)));
    if (generation !== feed.generation) return undefined;
    if (page.kept) {
      // Not from the server, which cannot be reached: no news.
      feed.stale = true;
      return undefined;
    }
    first ??= page;
    found.push(...page.tweets.map((json) => keepTweet(json).id));
    entries.push(...(page.entries ?? []));
    if (page.next === null || page.next <= oldest) break;
  }
  const downTo = page.next === null ? 0 : (page.entries?.at(-1)?.id ?? found.at(-1) ?? page.next);
  const there = new Set(found);
  batch(() => {
    // Ignore tweets added since the request was sent: the viewer may have tweeted in the meantime.
    const before = new Set(ids);
    const isGone = (id) => before.has(id) && placeOf(id) >= downTo && !there.has(id);
    for (const id of feed.ids.value.filter(isGone)) {
      const tweet = tweetById(id);
      // A tweet for followers also leaves the list when its reader no longer is one.
      const isOwn = feed.entries?.of(id).own ?? true;
      const whole = feed.whole && isOwn && tweet?.visibility !== "followers";
      if (whole && tweet?.fate.value === "here") removeTweet(tweet);
      else feed.remove(id);
    }
    feed.overlaps = downTo <= newest || page.next === null;
    feed.entries?.renew(entries, began);
    feed.latest = first;
    for (const id of found) wait(feed, id);
    // An empty page has no reading position to protect: show them at once.
    if (feed.ids.value.length === 0 && feed.waiting.value.length) takeIn(feed);
  });
  return undefined;
}

// Reads a feed anew: at once if it is on the page, else when it is looked at again.
export function renew(feed) {
  feed.stale = !feed.shown;
  if (feed.shown) resync(feed).catch(() => (feed.stale = true));
}

// What is on the page now; the rest when it is looked at again.
export function resyncAll() {
  missed.value += 1;
  if (key.value) loadUnread().catch(() => {});
  everyFeed().forEach(renew);
}
