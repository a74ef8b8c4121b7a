// What changed about lists, here or on another device, and the list that is being read.
import { signal } from "@preact/signals";
import { whenTold } from "../../core/live/listeners.js";
import { renew } from "../../core/live/resync.js";

/** Increases when a list may have changed. */
export const news = signal(0);

export const changed = () => (news.value += 1);

whenTold("lists", changed);

/** Reads something, and again for as long as there was news meanwhile. */
export async function readLatest(read) {
  let asOf;
  do {
    asOf = news.value;
    await read();
  } while (asOf !== news.value);
}

// How long further tweets are waited for before the list is read anew, in ms.
const PAUSE = 500;

// The feed of the list that is on the page, and the ids of its members.
let read = null;
let timer = null;

/** Keeps the feed of a list up to date while the page shows it; returns what stops that. */
export function follow(feed, members) {
  const mine = { feed, members: new Set(members) };
  read = mine;
  return () => {
    if (read === mine) read = null;
    feed.stale = true;
  };
}

// Only the server knows which replies belong on the list, so it is asked.
whenTold("tweet", ({ author }) => {
  if (!read?.members.has(author.id)) return;
  const { feed } = read;
  clearTimeout(timer);
  timer = setTimeout(() => renew(feed), PAUSE);
});
