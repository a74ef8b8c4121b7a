// Tweets and timelines over the wire. Likers are asked for where they are shown, hence likers=0.
import { call } from "./http.js";

/** @import { ThreadPage, TweetJson, TweetPage } from "./shapes.js" */

// The lists of a person's tweets that are one list of the API, with and without replies.
const LISTS = { tweets: { query: { replies: false } }, replies: { path: "tweets" } };

const page = (before, limit) => ({ before, limit, likers: 0 });

/** @returns {Promise<TweetPage>} */
export const fetchTimeline = (timeline, before, limit) =>
  call("GET", "/tweets", { query: { timeline, ...page(before, limit) } });

/** @returns {Promise<TweetPage>} */
export const fetchUserTweets = (userId, list, before, limit) =>
  call("GET", `/users/${userId}/${LISTS[list]?.path ?? list}`, {
    query: { ...page(before, limit), ...LISTS[list]?.query },
  });

/** @returns {Promise<TweetPage>} */
export const fetchHashtag = (name, before, limit) =>
  call("GET", `/hashtags/${encodeURIComponent(name)}/tweets`, { query: page(before, limit) });

/** @returns {Promise<TweetJson>} */
export const fetchTweet = async (id) =>
  (await call("GET", `/tweets/${id}`, { query: { likers: 0 } })).tweet;

/** @returns {Promise<ThreadPage>} */
export const fetchThread = (id, after, limit) => call("GET", `/tweets/${id}/thread`, { query: { after, limit } });

/** @returns {Promise<TweetPage>} */
export const fetchBookmarks = (before, limit) => call("GET", "/bookmarks", { query: page(before, limit) });

export const setLike = (id, liked) => call(liked ? "POST" : "DELETE", `/tweets/${id}/likes`, { keepalive: true });

export const setBookmark = (id, bookmarked) =>
  call(bookmarked ? "POST" : "DELETE", `/tweets/${id}/bookmarks`, { keepalive: true });
