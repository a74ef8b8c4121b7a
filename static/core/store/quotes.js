// Quoted tweets: whether the viewer gets each of them. Answers bring them beside the tweets that quote them.
import { signal } from "@preact/signals";
import { whenAnswered } from "../api/http.js";
import { whenViewerLeaves } from "./leaving.js";
import { keepTweet, refreshTweet, tweetById, whenRemoved } from "./tweets.js";

/** @import { Signal } from "@preact/signals" */
/** @import { Tweet } from "./tweets.js" */
/** @typedef {"shown" | "muted" | "unavailable" | "deleted"} QuotedState */

/** By the id of the quoted tweet; null while that isn't known. */
/** @type {Map<number, Signal<QuotedState | null>>} */
const states = new Map();

/** @param {number} id of the quoted tweet */
export function quotedState(id) {
  if (!states.has(id)) states.set(id, signal(tweetById(id) ? "shown" : null));
  return states.get(id);
}

/** @param {Tweet} tweet one that quotes; an event about it doesn't bring what it quotes */
export function wantQuoted(tweet) {
  const id = tweet.quote.value?.tweet_id;
  if (id && quotedState(id).value === null) refreshTweet(tweet.id).catch(() => {});
}

/** The tweet was deleted, here or elsewhere. */
export const quotedIsDeleted = (id) => states.has(id) && (quotedState(id).value = "deleted");

whenAnswered(({ quoted = [] }) => {
  for (const { tweet_id: id, state, tweet } of quoted) {
    if (tweet) keepTweet(tweet);
    quotedState(id).value = state;
  }
});

whenRemoved((id) => {
  if (states.has(id) && quotedState(id).value !== "deleted") quotedState(id).value = "unavailable";
});

whenViewerLeaves(() => states.clear());
