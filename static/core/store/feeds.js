// Timelines, kept in memory as lists of tweet ids: coming back needs no request.
import { batch, computed, signal } from "@preact/signals";
import { fetchFollowing, fetchTimeline } from "../api/tweets.js";
import { whenViewerLeaves } from "./leaving.js";
import { keepTweet, whenRemoved } from "./tweets.js";

export const PAGE_SIZE = 30;
// More rows than this make going to another page and back slow on a phone; the rest stays in memory.
const MAX_ROWS = 150;
const KEPT_FEEDS = 12;

class Feed {
  // `whole`: a tweet that the server no longer lists has been deleted, not just left this list.
  // `byTime`: its order is that of the tweets, so that new ones wait above it.
  // `reposts`: its pages have entries (entries.js).
  constructor(name, fetchPage, { whole = true, byTime = true, reposts = false } = {}) {
    this.name = name;
    this.fetchPage = fetchPage;
    this.whole = whole;
    this.byTime = byTime;
    this.hasReposts = reposts;
    this.entries = null;
    this.cursor = null;
    this.generation = 0;
    // How many views show it; and whether events may have been missed since it was last read.
    this.shown = 0;
    this.stale = false;
    // The newest page, and whether it reaches down to what is here: see live/resync.js.
    this.latest = null;
    this.overlaps = true;
    this.ids = signal([]);
    // fresh → loading → ready (or failed) → more → ready → … → ended
    this.status = signal("fresh");
    this.error = signal(null);
    this.waiting = signal([]);
    this.start = signal(0);
    this.rows = computed(() => this.ids.value.slice(this.start.value, this.start.value + MAX_ROWS));
  }

  // Fetches what only feeds with reposts need, beside their first page.
  async prepare() {
    if (!this.hasReposts) return;
    const { Entries } = await import("./entries.js");
    this.entries ??= new Entries(this);
  }

  async load() {
    if (["loading", "more", "ended"].includes(this.status.value)) return;
    const first = this.cursor === null;
    this.stale &&= !first;
    const { generation } = this;
    this.status.value = first ? "loading" : "more";
    this.error.value = null;
    try {
      const [page] = await Promise.all([this.fetchPage(this.cursor, PAGE_SIZE), this.prepare()]);
      if (generation !== this.generation) return;
      batch(() => this.append(page));
    } catch (error) {
      if (generation !== this.generation) return;
      this.error.value = error;
      this.status.value = "failed";
    }
  }

  // Where it stands among the others: the newest has the highest place.
  placeOf(id) {
    return this.entries?.placeOf(id) ?? id;
  }

  newestFirst(ids) {
    return ids.sort((left, right) => this.placeOf(right) - this.placeOf(left));
  }

  sort() {
    this.ids.value = this.newestFirst([...this.ids.value]);
  }

  has(id) {
    return this.ids.value.includes(id) || this.waiting.value.includes(id);
  }

  append({ tweets, entries, next }) {
    this.entries?.keep(entries);
    const ids = tweets.map((json) => keepTweet(json).id);
    this.ids.value = [...new Set([...this.ids.value, ...ids])];
    this.start.value = Math.max(this.start.value, this.ids.value.length - MAX_ROWS);
    this.cursor = next;
    this.status.value = next === null ? "ended" : "ready";
  }

  showRowsAbove() {
    this.start.value = Math.max(0, this.start.value - MAX_ROWS / 2);
  }

  showRowsBelow() {
    this.start.value = Math.min(this.ids.value.length - MAX_ROWS, this.start.value + MAX_ROWS / 2);
  }

  get hasRowsBelow() {
    return this.start.value + MAX_ROWS < this.ids.value.length;
  }

  insert(ids) {
    const all = [...new Set([...ids, ...this.ids.value])];
    this.ids.value = this.byTime ? this.newestFirst(all) : all;
    this.waiting.value = this.waiting.value.filter((id) => !ids.includes(id));
  }

  remove(id) {
    this.entries?.all.delete(id);
    if (this.ids.value.includes(id)) this.ids.value = this.ids.value.filter((one) => one !== id);
    if (this.waiting.value.includes(id)) {
      this.waiting.value = this.waiting.value.filter((one) => one !== id);
    }
  }

  // Empties the feed. Answers that are under way belong to what it was before.
  reset() {
    this.generation += 1;
    batch(() => {
      this.cursor = null;
      this.entries?.all.clear();
      this.ids.value = [];
      this.waiting.value = [];
      this.overlaps = true;
      this.stale = false;
      this.start.value = 0;
      this.error.value = null;
      this.status.value = "fresh";
    });
  }
}

export const home = {
  // Where mutes hide tweets, one that the server doesn't list may be there all the same.
  all: new Feed("all", (before, limit) => fetchTimeline("all", before, limit), { whole: false }),
  following: new Feed("following", fetchFollowing, { whole: false, reposts: true }),
};

// Other feeds (lists.js).
const opened = new Map();

export function open(name, fetchPage, order) {
  const feed = opened.get(name) ?? new Feed(name, fetchPage, order);
  // Moved to the end, so that the first one is the one not looked at for longest.
  opened.delete(name);
  opened.set(name, feed);
  if (opened.size > KEPT_FEEDS) opened.delete(opened.keys().next().value);
  return feed;
}

// The feed of this name, if it was opened.
export const openedFeed = (name) => opened.get(name);

export const everyFeed = () => [home.all, home.following, ...opened.values()];

whenRemoved((id) => {
  for (const feed of everyFeed()) feed.remove(id);
});

whenViewerLeaves(() => {
  for (const feed of everyFeed()) feed.reset();
  opened.clear();
});
