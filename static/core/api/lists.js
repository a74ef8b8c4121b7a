// Other lists of tweets over the wire.
import { call } from "./http.js";
import { page, withTweets } from "./tweets.js";

/** @import { TweetPage } from "./shapes.js" */

// The lists of a person's tweets that are one list of the API, with and without replies.
const LISTS = { tweets: { query: { replies: false, entries: 1 } }, replies: { path: "tweets", query: { entries: 1 } } };

/** @returns {Promise<TweetPage>} */
export const fetchUserTweets = async (userId, list, before, limit) => {
  const query = { ...page(before, limit), ...LISTS[list]?.query };
  const found = await call("GET", `/users/${userId}/${LISTS[list]?.path ?? list}`, { query });
  return withTweets(found);
};

/** @returns {Promise<TweetPage>} */
export const fetchPins = (userId) => call("GET", `/users/${userId}/pins`, { query: page() });

/** @returns {Promise<TweetPage>} */
export const fetchHashtag = (name, before, limit) =>
  call("GET", `/hashtags/${encodeURIComponent(name)}/tweets`, { query: page(before, limit) });

/** @returns {Promise<TweetPage>} */
export const fetchBookmarks = (before, limit) => call("GET", "/bookmarks", { query: page(before, limit) });
