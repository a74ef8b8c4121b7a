// The tweets at the top of people's profiles.
import { signal } from "@preact/signals";
import { fetchPins } from "../api/lists.js";
import { whenViewerLeaves } from "./leaving.js";
import { keepTweet, whenRemoved } from "./tweets.js";

/** @type {Map<number, import("@preact/signals").Signal<number[] | null>>} */
const lists = new Map();

/**
 * The ids of the tweets that somebody pinned, the newest pin first; null until they are known.
 * @param {number} userId
 */
export function pinsOf(userId) {
  const found = lists.get(userId) ?? signal(null);
  lists.set(userId, found);
  return found;
}

/** @param {number} userId */
export async function loadPins(userId) {
  const { tweets } = await fetchPins(userId);
  pinsOf(userId).value = tweets.map((json) => keepTweet(json).id);
}

whenRemoved((id) => {
  for (const list of lists.values()) list.value = list.value && list.value.filter((other) => other !== id);
});
whenViewerLeaves(() => lists.clear());
