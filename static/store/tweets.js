// Every tweet that the page knows, once. What can change is a signal of its own, so that a like
// redraws one button and not a list.
import { batch, signal } from "@preact/signals";
import * as api from "../api/tweets.js";
import { whenViewerLeaves } from "./session.js";

const tweets = new Map();
const removalListeners = new Set();

export const tweetById = (id) => tweets.get(id);
export const everyTweet = () => tweets.values();
export const whenRemoved = (listener) => removalListeners.add(listener);

const serverState = ({ liked, likes_count: count, version }) => ({ liked, count, version });

function create(json) {
  return {
    id: json.id,
    content: json.content,
    author: signal(json.author),
    createdAt: json.created_at,
    // What the server said last; what is shown may be ahead of it by a click.
    server: serverState(json),
    liked: signal(json.liked),
    likesCount: signal(json.likes_count),
    media: signal(json.media ?? []),
    // here → leaving (deleted, may be undone) → gone
    fate: signal("here"),
    // What failed on this tweet, with a way to try again: {error, retry} or null.
    trouble: signal(null),
    // What the viewer's last click asked for, until the server has answered.
    wanted: null,
  };
}

// What the server said, and the viewer's last click on top of it.
export function showLikes(tweet) {
  const { liked, count } = tweet.server;
  const wanted = tweet.wanted ?? liked;
  batch(() => {
    tweet.liked.value = wanted;
    tweet.likesCount.value = Math.max(0, count + Number(wanted) - Number(liked));
  });
}

// Of two states the one with the higher version is the newer, in whichever order they come.
export function take(tweet, state) {
  if (state.version < tweet.server.version) return;
  tweet.server = { ...tweet.server, ...state };
  showLikes(tweet);
}

// A picture that was once ready does not become pending again: that is an older answer.
function newerMedia(known, told) {
  const byId = new Map(known.map((one) => [one.id, one]));
  return told.map((one) => (one.state === "pending" ? (byId.get(one.id) ?? one) : one));
}

const sameMedia = (left, right) =>
  left.length === right.length &&
  left.every((one, i) => one.id === right[i].id && one.state === right[i].state && one.alt === right[i].alt);

export function showMedia(tweet, media) {
  if (!sameMedia(tweet.media.value, media)) tweet.media.value = media;
}

// Takes in a tweet as the server tells it and returns the one that the page shows.
export function keepTweet(json) {
  const tweet = tweets.get(json.id);
  if (!tweet) {
    const fresh = create(json);
    tweets.set(json.id, fresh);
    return fresh;
  }
  batch(() => {
    take(tweet, serverState(json));
    if (json.author.name !== tweet.author.value.name) tweet.author.value = json.author;
    showMedia(tweet, newerMedia(tweet.media.value, json.media ?? []));
  });
  return tweet;
}

export async function refreshTweet(id) {
  return keepTweet(await api.fetchTweet(id));
}

export function removeTweet(tweet) {
  tweet.fate.value = "gone";
  for (const listener of removalListeners) listener(tweet.id);
}

whenViewerLeaves(() => tweets.clear());
