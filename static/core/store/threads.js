// Threads that were opened: what each tweet replies to, and the replies to it, in reading order.
import { batch, signal } from "@preact/signals";
import { fetchThread } from "../api/tweets.js";
import { whenViewerLeaves } from "./leaving.js";
import { keepTweet, tweetById, whenRemoved } from "./tweets.js";

/** @import { Signal } from "@preact/signals" */
/** @import { ThreadEntryJson, ThreadPage } from "../api/shapes.js" */

/**
 * How many levels below the thread's tweet; whether it is gone, or behind a click.
 * @typedef {{id: number, depth: number, deleted: boolean, hidden?: boolean}} Entry
 */

const PAGE_SIZE = 50;
const KEPT = 12;

/** @type {(json: ThreadEntryJson) => Entry} */
const entryOf = (json) =>
  json.type === "tweet"
    ? { id: keepTweet(json.tweet).id, depth: json.depth, deleted: false, hidden: json.hidden === true }
    : { id: json.tweet_id, depth: json.depth, deleted: true };

class Thread {
  constructor(id) {
    this.id = id;
    /** @type {Signal<Entry[]>} */
    this.ancestors = signal([]);
    /** @type {Signal<Entry[] | null>} */
    this.replies = signal(null);
    /** @type {Signal<number | null>} a tweet further above, if not all ancestors are here */
    this.above = signal(null);
    /** @type {Signal<string | null>} */
    this.next = signal(null);
    /** Whether the viewer muted the conversation; null until it is known. */
    /** @type {Signal<boolean | null>} */
    this.muted = signal(null);
    /** Whether the viewer may reply; null until it is known. */
    /** @type {Signal<boolean | null>} */
    this.mayReply = signal(null);
    this.whoMayReply = signal("everyone");
    this.loading = signal(false);
    this.error = signal(null);
  }

  // Reads the tweet and the first replies, or again as many replies as are here.
  async load() {
    const wanted = Math.min(100, Math.max(PAGE_SIZE, this.replies.value?.length ?? 0));
    const page = await fetchThread(this.id, undefined, wanted);
    batch(() => {
      keepTweet(page.tweet);
      this.ancestors.value = page.ancestors.map(entryOf);
      this.above.value = page.above;
      this.replies.value = page.replies.map(entryOf);
      this.next.value = page.next;
      this.muted.value = page.muted;
      this.mayReply.value = page.may_reply;
      this.whoMayReply.value = page.who_may_reply;
      this.error.value = null;
    });
  }

  async more() {
    if (this.loading.value || this.next.value === null) return;
    this.loading.value = true;
    this.error.value = null;
    try {
      const after = this.next.value;
      const page = await fetchThread(this.id, after, PAGE_SIZE);
      if (this.next.value !== after) return;
      batch(() => {
        const known = new Set(this.replies.value.map(({ id }) => id));
        const found = page.replies.map(entryOf).filter(({ id }) => !known.has(id));
        this.replies.value = [...this.replies.value, ...found];
        this.next.value = page.next;
      });
    } catch (error) {
      this.error.value = error;
    } finally {
      this.loading.value = false;
    }
  }

  // Puts a new reply where it will be read from now on; one that belongs behind what was read comes with its page.
  place(tweet) {
    const all = this.replies.value;
    if (all === null || all.some(({ id }) => id === tweet.id)) return;
    const at = tweet.replyTo === this.id ? -1 : all.findIndex(({ id }) => id === tweet.replyTo);
    if (at < 0 && tweet.replyTo !== this.id) return;
    const depth = (at < 0 ? 0 : all[at].depth) + 1;
    const inside = all.slice(at + 1).findIndex((entry) => entry.depth < depth);
    const end = inside < 0 ? all.length : at + 1 + inside;
    const isOwn = (entry) => tweetById(entry.id)?.author.id === tweetById(tweet.replyTo)?.author.id;
    // The author's own replies come first.
    const others = all.findIndex((entry, index) => index > at && index < end && entry.depth === depth && !isOwn(entry));
    const place = isOwn(tweet) && others >= 0 ? others : end;
    if (place === all.length && this.next.value !== null) return;
    this.replies.value = [...all.slice(0, place), { id: tweet.id, depth, deleted: false }, ...all.slice(place)];
  }
}

// A tweet that others reply to leaves its place; one that nobody replied to leaves nothing.
function without(entries, id) {
  const at = entries?.findIndex((entry) => entry.id === id) ?? -1;
  if (at < 0) return entries;
  const hasReplies = entries[at + 1]?.depth > entries[at].depth;
  return hasReplies ? entries.with(at, { ...entries[at], deleted: true }) : entries.toSpliced(at, 1);
}

/** @type {Map<number, Thread>} */
const threads = new Map();

// Who may reply has changed, or a reply was hidden or shown: what is open is read anew.
export function reloadThreads(rootId) {
  for (const thread of threads.values()) {
    if ((tweetById(thread.id)?.rootId ?? thread.id) === rootId) thread.load().catch(() => {});
  }
}

export const isHiddenReply = (id) =>
  [...threads.values()].some(({ replies }) => replies.value?.some((entry) => entry.id === id && entry.hidden));

// The thread, if it was opened.
export const openedThread = (id) => threads.get(id);

export function threadOf(id) {
  const thread = threads.get(id) ?? new Thread(id);
  threads.delete(id);
  threads.set(id, thread);
  if (threads.size > KEPT) threads.delete(threads.keys().next().value);
  return thread;
}

export function placeReply(tweet) {
  if (tweet.replyTo !== null) for (const thread of threads.values()) thread.place(tweet);
}

// Leaves a place for each of these tweets where others reply to it.
export function hideInThreads(ids) {
  for (const { ancestors, replies } of threads.values()) {
    for (const id of ids) {
      const at = ancestors.value.findIndex((entry) => entry.id === id);
      if (at >= 0) ancestors.value = ancestors.value.with(at, { ...ancestors.value[at], deleted: true });
      replies.value = without(replies.value, id);
    }
  }
}

whenRemoved((id) => hideInThreads([id]));

whenViewerLeaves(() => threads.clear());
