// Every tweet that the page knows, once. What can change is a signal of its own, so that a like
// redraws one button and not a list.
import { batch, signal } from "@preact/signals";
import * as api from "../api/tweets.js";
import { whenViewerLeaves } from "./leaving.js";
import { keepPerson } from "./people.js";

/** @import { TweetJson } from "../api/shapes.js" */
/** @typedef {ReturnType<typeof create>} Tweet */

/** @type {Map<number, Tweet>} */
const tweets = new Map();
const removalListeners = new Set();

export const tweetById = (id) => tweets.get(id);
export const everyTweet = () => tweets.values();
export const whenRemoved = (listener) => removalListeners.add(listener);

const serverState = ({ liked, likes_count: count, replies_count: replies, version }) => ({
  liked,
  count,
  replies,
  version,
});

// What the server said last, what the viewer's last click asks for (null once that is answered), what is shown.
const createSwitch = (told) => ({ told, wanted: /** @type {boolean | null} */ (null), shown: signal(told) });

/** @param {TweetJson} json */
function create(json) {
  return {
    id: json.id,
    content: json.content,
    author: keepPerson(json.author),
    // The members whom it mentions.
    mentions: (json.mentions ?? []).map(keepPerson),
    createdAt: json.created_at,
    visibility: json.visibility ?? "public",
    // What the server said last; what is shown may be ahead of it by a click.
    server: serverState(json),
    liked: signal(json.liked),
    likesCount: signal(json.likes_count),
    repliesCount: signal(json.replies_count),
    // The tweet that it replies to, and whose that is, if there is still such an account.
    replyTo: json.in_reply_to_id ?? null,
    // The first tweet of its thread, which may be itself.
    rootId: json.thread_root_id ?? json.id,
    replyToPerson: json.in_reply_to_user ? keepPerson(json.in_reply_to_user) : null,
    // The same for the viewer's bookmark, which nobody else sees or counts.
    bookmark: createSwitch(json.bookmarked),
    media: signal(json.media ?? []),
    // here → leaving (deleted, may be undone) → gone
    fate: signal("here"),
    // What failed on this tweet, with a way to try again: {error, retry} or null.
    trouble: signal(/** @type {{error: Error, retry: () => void} | null} */ (null)),
    // What the viewer's last click asked for, until the server has answered.
    /** @type {boolean | null} */
    wanted: null,
  };
}

// What the server said, and the viewer's last click on top of it.
export function showLikes(tweet) {
  const { liked, count, replies } = tweet.server;
  const wanted = tweet.wanted ?? liked;
  batch(() => {
    tweet.repliesCount.value = replies;
    tweet.liked.value = wanted;
    tweet.likesCount.value = Math.max(0, count + Number(wanted) - Number(liked));
  });
}

// Of two states the one with the higher version is the newer, in whichever order they come.
function take(tweet, state) {
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

function showMedia(tweet, media) {
  if (!sameMedia(tweet.media.value, media)) tweet.media.value = media;
}

/**
 * Takes in a tweet as the server tells it and returns the one that the page shows.
 * @param {TweetJson} json
 */
export function keepTweet(json) {
  const tweet = tweets.get(json.id);
  if (!tweet) {
    const fresh = create(json);
    tweets.set(json.id, fresh);
    return fresh;
  }
  batch(() => {
    take(tweet, serverState(json));
    keepPerson(json.author);
    tweet.bookmark.told = json.bookmarked;
    tweet.bookmark.shown.value = tweet.bookmark.wanted ?? json.bookmarked;
    showMedia(tweet, newerMedia(tweet.media.value, json.media ?? []));
  });
  return tweet;
}

// A live number of likes, with the viewer's own like where that is told.
export function countLikes({ tweet_id: id, likes_count: count, version, liked }) {
  const tweet = tweets.get(id);
  if (tweet) take(tweet, liked === undefined ? { count, version } : { count, version, liked });
}

// A live number of replies.
export function countReplies({ tweet_id: id, replies_count: replies, version }) {
  const tweet = tweets.get(id);
  if (tweet) take(tweet, { replies, version });
}

// A picture of this tweet is ready, described anew, or broken: then it leaves.
export function setMedia(id, media) {
  const tweet = tweets.get(id);
  if (!tweet) return;
  const others = tweet.media.value.map((one) => (one.id === media.id ? media : one));
  showMedia(tweet, others.filter((one) => one.state !== "broken"));
}

export async function refreshTweet(id) {
  return keepTweet(await api.fetchTweet(id));
}

export function removeTweet(tweet) {
  tweet.fate.value = "gone";
  for (const listener of removalListeners) listener(tweet.id);
}

whenViewerLeaves(() => tweets.clear());
