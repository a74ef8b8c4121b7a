// Shows reposts that are made or undone, by the viewer or by people whom they follow.
import { home, openedFeed } from "../store/feeds.js";
import { wait } from "../store/new-tweets.js";
import { keepPerson } from "../store/people.js";
import { viewer } from "../store/session.js";
import { showState, tweetById } from "../store/tweets.js";
import { keepTold } from "./told.js";

const feedsOf = (userId) =>
  [home.following, openedFeed(`user-${userId}-tweets`), openedFeed(`user-${userId}-replies`)].filter(
    (feed) => feed && !["fresh", "loading"].includes(feed.status.value),
  );

function mark(tweet, userId, reposted) {
  if (userId !== viewer.value?.id) return;
  tweet.server.reposted = reposted;
  showState(tweet);
}

export function repost({ id, user, tweet: json }) {
  const tweet = keepTold(json);
  const person = keepPerson(user);
  mark(tweet, user.id, true);
  for (const feed of feedsOf(user.id)) {
    const entry = feed.entry(tweet.id);
    const isHere = feed.has(tweet.id);
    if (!isHere) entry.place = id;
    if (entry.place === tweet.id) continue;
    entry.people.value = [...new Set([person, ...entry.people.value])];
    if (isHere) continue;
    // What one does oneself is no news.
    if (user.id === viewer.value?.id) feed.insert([tweet.id]);
    else wait(feed, tweet.id);
  }
}

export function repost_undone({ user_id: userId, tweet_id: tweetId }) {
  const tweet = tweetById(tweetId);
  if (!tweet) return;
  mark(tweet, userId, false);
  for (const feed of feedsOf(userId)) feed.removeReposts(userId, [tweetId]);
}
