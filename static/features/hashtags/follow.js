// Following hashtags, ahead of the server's answer.
import { signal } from "@preact/signals";
import { fetchHashtagFollow, setHashtagFollow } from "../../core/api/hashtags.js";
import { whenTold } from "../../core/live/listeners.js";
import { ahead } from "../../core/store/ahead.js";
import { home } from "../../core/store/feeds.js";
import { whenViewerLeaves } from "../../core/store/leaving.js";
import { hashtagKey } from "../../core/words/entities.js";

// Whether the viewer follows a hashtag: null until the server has said so.
function create(name) {
  return { name, shown: signal(null), told: null, wanted: null, trouble: signal(null) };
}

/** @typedef {ReturnType<typeof create>} HashtagFollow */

/** @type {Map<string, HashtagFollow>} */
const known = new Map();

export function followOf(name) {
  const key = hashtagKey(name);
  if (!known.has(key)) known.set(key, create(name));
  return known.get(key);
}

const show = (one) => (one.shown.value = one.wanted ?? one.told);

/** @param {HashtagFollow} one */
export async function readFollow(one) {
  one.trouble.value = null;
  try {
    one.told = await fetchHashtagFollow(one.name);
    show(one);
  } catch (error) {
    // Until the connection is back, there is only nothing to press.
    if (one.told !== null) return;
    one.trouble.value = { error, retry: () => readFollow(one) };
  }
}

/**
 * @param {HashtagFollow} one
 * @param {boolean} wanted
 */
export async function follow(one, wanted) {
  one.trouble.value = null;
  await ahead(one, wanted, {
    show: () => show(one),
    async send(sent) {
      await setHashtagFollow(one.name, sent);
      one.told = sent;
    },
    failed(error, missed) {
      one.trouble.value = { error, retry: () => follow(one, missed) };
    },
  });
  // Following changes at once, backwards as well: it is read anew when it is next looked at.
  if (one.wanted === null && !home.following.shown) home.following.reset();
}

// Here or on another device; which hashtag it was, isn't said.
whenTold("followed_hashtag", () => {
  for (const one of known.values()) if (one.told !== null && one.wanted === null) readFollow(one);
});

whenViewerLeaves(() => known.clear());
