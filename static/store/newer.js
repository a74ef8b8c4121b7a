// Newer tweets than a feed holds. They wait until the reader asks for them.
import { batch } from "@preact/signals";
import { PAGE_SIZE, newestFirst } from "./feeds.js";
import { keepTweet } from "./tweets.js";

export async function checkFeed(feed) {
  feed.lastCheck = Date.now();
  if (["fresh", "loading"].includes(feed.status.value) || !feed.ids.value.length) return;
  const { generation } = feed;
  const page = await feed.fetchPage(null, PAGE_SIZE);
  if (generation !== feed.generation) return;
  const newest = feed.ids.value[0] ?? 0;
  const fetched = page.tweets.map((json) => keepTweet(json).id);
  // Unknown ones that are older lie below what was loaded.
  const waiting = fetched.filter((id) => id > newest);
  feed.latest = page;
  feed.overlaps = waiting.length < fetched.length || page.next === null;
  const before = feed.waiting.value;
  if (waiting.length !== before.length || waiting[0] !== before[0]) feed.waiting.value = waiting;
}

// The network is back: what was kept, or failed, is read from the server.
export async function readAnew(feed) {
  if (feed.status.value === "failed") await feed.load();
  else if (feed.kept) await replaceKept(feed);
}

async function replaceKept(feed) {
  const { generation } = feed;
  const page = await feed.fetchPage(null, PAGE_SIZE);
  if (generation !== feed.generation || page.kept) return;
  batch(() => {
    feed.reset();
    feed.append(page);
  });
}

export function showWaiting(feed) {
  batch(() => {
    if (feed.overlaps) {
      feed.insert(feed.waiting.value);
    } else {
      // More came than one page holds: joining the two would hide what lies between them.
      feed.ids.value = [...feed.waiting.value].sort(newestFirst);
      feed.cursor = feed.latest.next;
      feed.status.value = "ready";
    }
    feed.waiting.value = [];
    feed.start.value = 0;
  });
}
