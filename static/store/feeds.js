// Timelines, kept in memory as lists of tweet ids: coming back needs no request.
import { batch, computed, signal } from "@preact/signals";
import { fetchTimeline, fetchUserTweets } from "../api/tweets.js";
import { whenViewerLeaves } from "./session.js";
import { keepTweet, whenRemoved } from "./tweets.js";

export const PAGE_SIZE = 30;
// More rows than this make typing and scrolling slow on a phone; the rest stays in memory.
const MAX_ROWS = 300;
const KEPT_FEEDS = 12;

export const newestFirst = (left, right) => right - left;

class Feed {
  // `whole`: a tweet that is missing from it is deleted, and not only here no more.
  // `byTime`: its order is that of the tweets, so that new ones wait above it.
  constructor(name, fetchPage, { whole = true, byTime = true } = {}) {
    this.name = name;
    this.fetchPage = fetchPage;
    this.whole = whole;
    this.byTime = byTime;
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

  async load() {
    if (["loading", "more", "ended"].includes(this.status.value)) return;
    const first = this.cursor === null;
    this.stale &&= !first;
    const { generation } = this;
    this.status.value = first ? "loading" : "more";
    this.error.value = null;
    try {
      const page = await this.fetchPage(this.cursor, PAGE_SIZE);
      if (generation !== this.generation) return;
      batch(() => this.append(page));
    } catch (error) {
      if (generation !== this.generation) return;
      this.error.value = error;
      this.status.value = "failed";
    }
  }

  append({ tweets, next }) {
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
    this.ids.value = [...new Set([...ids, ...this.ids.value])].sort(newestFirst);
    this.waiting.value = this.waiting.value.filter((id) => !ids.includes(id));
  }

  remove(id) {
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
  all: new Feed("all", (before, limit) => fetchTimeline("all", before, limit)),
  following: new Feed("following", (before, limit) => fetchTimeline("following", before, limit), {
    whole: false,
  }),
};

const profiles = new Map();

// `list` is tweets, media or likes.
export function feedOfUser(id, list = "tweets") {
  const name = `user-${id}-${list}`;
  const fetchPage = (before, limit) => fetchUserTweets(id, list, before, limit);
  const feed = profiles.get(name) ?? new Feed(name, fetchPage, {
    whole: list === "tweets",
    byTime: list !== "likes",
  });
  // Moved to the end, so that the first one is the one not looked at for longest.
  profiles.delete(name);
  profiles.set(name, feed);
  if (profiles.size > KEPT_FEEDS) profiles.delete(profiles.keys().next().value);
  return feed;
}

// The feed of this name, if it was opened.
export const openedFeed = (name) => profiles.get(name);

export const everyFeed = () => [home.all, home.following, ...profiles.values()];

whenRemoved((id) => {
  for (const feed of everyFeed()) feed.remove(id);
});

whenViewerLeaves(() => {
  for (const feed of everyFeed()) feed.reset();
  profiles.clear();
});
