// Every tweet that the page knows, once. What can change is a signal of its own, so that a like
// redraws one button and not a list.
import { batch, signal } from "@preact/signals";
import * as api from "../api/tweets.js";
import { whenViewerLeaves } from "./session.js";

const tweets = new Map();
const removalListeners = new Set();

export const tweetById = (id) => tweets.get(id);
export const whenRemoved = (listener) => removalListeners.add(listener);

function create(json) {
  return {
    id: json.id,
    content: json.content,
    author: signal(json.author),
    createdAt: json.created_at,
    liked: signal(json.liked),
    likesCount: signal(json.likes_count),
    media: signal(json.media ?? []),
    // here → leaving (deleted, may be undone) → gone
    fate: signal("here"),
    // What failed on this tweet, with a way to try again: {error, retry} or null.
    trouble: signal(null),
    wanted: null,
  };
}

const sameMedia = (left, right) =>
  left.length === right.length &&
  left.every((one, i) => one.id === right[i].id && one.state === right[i].state && one.alt === right[i].alt);

// Takes in a tweet as the server tells it and returns the one that the page shows.
export function keepTweet(json) {
  const tweet = tweets.get(json.id);
  if (!tweet) {
    const fresh = create(json);
    tweets.set(json.id, fresh);
    return fresh;
  }
  batch(() => {
    // An answer that was under way before a click must not undo the click.
    if (tweet.wanted === null) {
      tweet.liked.value = json.liked;
      tweet.likesCount.value = json.likes_count;
    }
    if (json.author.name !== tweet.author.value.name) tweet.author.value = json.author;
    if (!sameMedia(tweet.media.value, json.media ?? [])) tweet.media.value = json.media ?? [];
  });
  return tweet;
}

// A new name shows on the tweets that are already on the page.
export function renameAuthor({ id, name }) {
  for (const { author } of tweets.values()) {
    if (author.value.id === id) author.value = { ...author.value, name };
  }
}

export async function refreshTweet(id) {
  return keepTweet(await api.fetchTweet(id));
}

function showLike(tweet, liked) {
  if (tweet.liked.value === liked) return;
  batch(() => {
    tweet.liked.value = liked;
    tweet.likesCount.value = Math.max(0, tweet.likesCount.value + (liked ? 1 : -1));
  });
}

// Shown at once, taken back where the server refuses. Clicks while a request is under way are
// remembered and only the last one is sent.
export async function likeTweet(tweet, liked) {
  showLike(tweet, liked);
  tweet.trouble.value = null;
  const busy = tweet.wanted !== null;
  tweet.wanted = liked;
  if (busy) return;
  let sent = null;
  try {
    while (sent !== tweet.wanted) {
      sent = tweet.wanted;
      await api.setLike(tweet.id, sent);
    }
  } catch (error) {
    const missed = tweet.wanted;
    showLike(tweet, !missed);
    tweet.trouble.value = { error, retry: () => likeTweet(tweet, missed) };
  } finally {
    tweet.wanted = null;
  }
}

export function removeTweet(tweet) {
  tweet.fate.value = "gone";
  for (const listener of removalListeners) listener(tweet.id);
}

whenViewerLeaves(() => tweets.clear());
