// What the stream tells, done to what the page holds.
import { batch } from "@preact/signals";
import { home, openedFeed } from "../store/feeds.js";
import { waitAbove } from "../store/new-tweets.js";
import { refuseKey, showViewer, viewer } from "../store/session.js";
import { countLikes, renameAuthor, setMedia } from "../store/told.js";
import { keepTweet, removeTweet, tweetById } from "../store/tweets.js";
import { countPeople, followTold, renamePerson } from "../store/users.js";
import { resync, resyncAll } from "./resync.js";

// One's own tweet is put in its place by whoever sends it; what comes from another device waits like others.
const OWN_TWEET_GRACE = 2000;

const isMe = (id) => viewer.value?.id === id;

const handlers = {
  // Between what the page read and the opening something may have happened.
  open: () => resyncAll(),
  reset: () => resyncAll(),

  tweet({ tweet: json, followed, author }) {
    const liked = tweetById(json.id)?.server.liked ?? false;
    const tweet = keepTweet({ ...json, liked });
    countPeople([author]);
    if (isMe(author.id)) setTimeout(() => waitAbove(tweet, followed), OWN_TWEET_GRACE);
    else waitAbove(tweet, followed);
  },

  tweet_deleted({ tweet_id: id, author }) {
    if (author) countPeople([author]);
    const tweet = tweetById(id);
    if (tweet) removeTweet(tweet);
  },

  likes: (event) => countLikes(event),

  liked(event) {
    countLikes(event);
    const feed = openedFeed(`user-${viewer.value?.id}-likes`);
    if (feed && !feed.shown) feed.reset();
  },

  follow({ follower_id: follower, followee_id: followee, followed, users }) {
    countPeople(users);
    if (!isMe(follower)) return;
    followTold(followee, followed);
    if (home.following.shown) resync(home.following).catch(() => {});
    else home.following.reset();
  },

  user({ user, version }) {
    renameAuthor(user);
    renamePerson(user, version);
    if (isMe(user.id)) showViewer({ ...viewer.value, ...user });
  },

  async visibility(event) {
    const { applyVisibility } = await import("./visibility.js");
    batch(() => applyVisibility(event));
  },

  async media({ tweet_id: tweetId, media }) {
    if (tweetId) setMedia(tweetId, media);
    const { attachments } = await import("../store/draft.js");
    for (const one of attachments.value) {
      if (one.media.value?.id === media.id) one.settle?.(media);
    }
  },

  key_revoked: () => refuseKey(),
};

export function apply(event) {
  batch(() => handlers[event.type]?.(event));
}
