// Shows reposts that are made or undone, by the viewer or by people whom they follow.
import { home, openedFeed } from "../store/feeds.js";
import { wait } from "../store/new-tweets.js";
import { keepPerson, personById } from "../store/people.js";
import { viewer } from "../store/session.js";
import { showState, tweetById } from "../store/tweets.js";
import { whenTold } from "./listeners.js";
import { resync } from "./resync.js";
import { keepTold } from "./told.js";

const feedsOf = (userId) =>
  [home.following, openedFeed(`user-${userId}-tweets`), openedFeed(`user-${userId}-replies`)].filter(
    (feed) => feed?.entries && !["fresh", "loading"].includes(feed.status.value),
  );

const isMe = (id) => id === viewer.value?.id;

function mark(tweet, userId, reposted) {
  if (!isMe(userId)) return;
  tweet.server.reposted = reposted;
  showState(tweet);
}

whenTold("repost", ({ id, user, tweet: json }) => {
  const tweet = keepTold(json);
  if (tweet.fate.value === "gone") return;
  const person = keepPerson(user);
  mark(tweet, user.id, true);
  for (const feed of feedsOf(user.id)) {
    if (!feed.entries.add(tweet.id, id, person)) continue;
    // What one does oneself is no news.
    if (isMe(user.id)) feed.insert([tweet.id]);
    else wait(feed, tweet.id);
  }
});

whenTold("repost_undone", ({ user_id: userId, tweet_id: tweetId }) => {
  const tweet = tweetById(tweetId);
  if (!tweet) return;
  mark(tweet, userId, false);
  for (const feed of feedsOf(userId)) feed.entries.undo(userId, [tweetId]);
});

/**
 * Somebody's reposts are left out of Following, or no longer.
 * @param {number} userId
 * @param {boolean} hidden
 */
export function showHidden(userId, hidden) {
  const { profile } = personById(userId);
  if (profile.value) profile.value = { ...profile.value, reposts_hidden: hidden };
  if (hidden) home.following.entries?.undo(userId);
  else if (home.following.shown) resync(home.following).catch(() => {});
  else home.following.reset();
}

whenTold("reposts_hidden", ({ user_id: userId, hidden }) => showHidden(userId, hidden));
