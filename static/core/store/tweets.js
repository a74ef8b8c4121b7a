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

const FRESH = {
  liked: false,
  reposted: false,
  likes_count: 0,
  replies_count: 0,
  reposts_count: 0,
  quotes_count: 0,
  version: 0,
};

// What an answer or an event says of these, the later one on top of the earlier.
const stateIn = (json, before = FRESH) =>
  Object.fromEntries(Object.keys(FRESH).map((name) => [name, json[name] ?? before[name]]));

// What the server said last, what the viewer's last click asks for (null once that is answered), what is shown.
const createSwitch = (told) => ({ told, wanted: /** @type {boolean | null} */ (null), shown: signal(told) });

/** @param {TweetJson} json */
const saidIn = (json) => ({
  text: json.text ?? json.content,
  warning: json.warning ?? null,
  sensitive: json.sensitive ?? false,
  editedAt: json.edited_at ?? null,
  mentions: (json.mentions ?? []).map(keepPerson),
});

/** @param {TweetJson} json */
function create(json) {
  return {
    id: json.id,
    // What an edit may change.
    said: signal(saidIn(json)),
    get text() {
      return this.said.value.text;
    },
    // A content warning or null; whether the pictures are covered; and `uncovered`, what the reader chose here (covers.js).
    get warning() {
      return this.said.value.warning;
    },
    get sensitive() {
      return this.said.value.sensitive;
    },
    uncovered: signal(/** @type {boolean | null} */ (null)),
    // When it was edited last, or null.
    get editedAt() {
      return this.said.value.editedAt;
    },
    // The members whom it mentions.
    get mentions() {
      return this.said.value.mentions;
    },
    author: keepPerson(json.author),
    createdAt: json.created_at,
    visibility: json.visibility ?? "public",
    // What the server said last; what is shown may be ahead of it by a click.
    server: stateIn(json),
    liked: signal(json.liked),
    likesCount: signal(json.likes_count),
    repliesCount: signal(json.replies_count),
    repostsCount: signal(json.reposts_count ?? 0),
    quotesCount: signal(json.quotes_count ?? 0),
    // The tweet that it quotes, {tweet_id}, whose id is null if its author has withdrawn it; or null.
    quote: signal(json.quote ?? null),
    whoMayQuote: signal(json.who_may_quote ?? "everyone"),
    // The page that it links to, or null.
    preview: signal(json.preview ?? null),
    // A code of ISO 639-1, or null if it isn't known.
    language: signal(json.language ?? null),
    repost: { wanted: /** @type {boolean | null} */ (null), shown: signal(json.reposted ?? false) },
    // The tweet that it replies to, and whose that is, if there is still such an account.
    replyTo: json.in_reply_to_id ?? null,
    // The first tweet of its thread, which may be itself.
    rootId: json.thread_root_id ?? json.id,
    // Which of several tweets that were published together, or null.
    part: json.part ?? null,
    replyToPerson: json.in_reply_to_user ? keepPerson(json.in_reply_to_user) : null,
    // The same for the viewer's bookmark, which nobody else sees or counts.
    bookmark: createSwitch(json.bookmarked),
    // Whether it is the viewer's own, and at the top of their profile.
    pinned: signal(json.pinned ?? false),
    // Its poll or null; and what the viewer chose there, null until it is known (polls.js).
    poll: signal(json.poll ?? null),
    chosen: signal(/** @type {number[] | null} */ (null)),
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

// What the server said, and the viewer's last clicks on top of it.
export function showState({ server, ...tweet }) {
  const [liked, reposted] = [tweet.wanted ?? server.liked, tweet.repost.wanted ?? server.reposted];
  batch(() => {
    tweet.repliesCount.value = server.replies_count;
    tweet.quotesCount.value = server.quotes_count;
    tweet.liked.value = liked;
    tweet.likesCount.value = Math.max(0, server.likes_count + Number(liked) - Number(server.liked));
    tweet.repost.shown.value = reposted;
    tweet.repostsCount.value = Math.max(0, server.reposts_count + Number(reposted) - Number(server.reposted));
  });
}

// Of two states the one with the higher version is the newer, in whichever order they come.
function take(tweet, json) {
  if (json.version < tweet.server.version) return;
  tweet.server = stateIn(json, tweet.server);
  showState(tweet);
}

// A picture that was once ready does not become pending again: that is an older answer.
function newerMedia(known, told) {
  const byId = new Map(known.map((one) => [one.id, one]));
  return told.map((one) => (one.state === "pending" ? (byId.get(one.id) ?? one) : one));
}

const sameMedia = (left, right) =>
  left.length === right.length &&
  left.every((one, i) => one.id === right[i].id && one.state === right[i].state && one.alt === right[i].alt);

const hasResults = ({ options }) => options[0].votes !== null;

// Of two states of a poll, the one with more voters is taken to be newer. (An erased account lowers the number; that
// shows after a reload.) Results that were shown once stay until newer ones are known.
export function showPoll(tweet, poll) {
  const known = tweet.poll.value;
  if (known && poll.voters_count < known.voters_count) return;
  tweet.poll.value = known && hasResults(known) && !hasResults(poll) ? { ...poll, options: known.options } : poll;
}

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
    // An answer from before an edit has the old text.
    const isNew = json.version >= tweet.server.version;
    if (isNew && (json.edited_at ?? null) !== tweet.editedAt) tweet.said.value = saidIn(json);
    // What a tweet doesn't say of quotes is that there are none.
    take(tweet, { quotes_count: 0, ...json });
    if (isNew) {
      tweet.quote.value = json.quote ?? null;
      tweet.whoMayQuote.value = json.who_may_quote ?? "everyone";
      tweet.language.value = json.language ?? null;
      if (JSON.stringify(tweet.preview.value) !== JSON.stringify(json.preview ?? null)) tweet.preview.value = json.preview ?? null;
    }
    keepPerson(json.author);
    tweet.bookmark.told = json.bookmarked;
    tweet.bookmark.shown.value = tweet.bookmark.wanted ?? json.bookmarked;
    tweet.pinned.value = json.pinned ?? false;
    if (json.poll) showPoll(tweet, json.poll);
    if (isNew) showMedia(tweet, newerMedia(tweet.media.value, json.media ?? []));
  });
  return tweet;
}

// A live number of likes, replies or reposts, with the viewer's own like where that is told.
export function countAnew(event) {
  const tweet = tweets.get(event.tweet_id);
  if (tweet) take(tweet, event);
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
