// Tweets, their threads and the home timelines over the wire. Likers are asked for where they are shown, hence likers=0.
import { call } from "./http.js";

/** @import { ThreadPage, TweetJson, TweetPage } from "./shapes.js" */

export const page = (before, limit) => ({ before, limit, likers: 0 });

// An earlier build of the server has no entries.
export const withTweets = (found) =>
  found.entries ? { ...found, tweets: found.entries.map(({ tweet }) => tweet) } : found;

/** @returns {Promise<TweetPage>} */
export const fetchTimeline = (timeline, before, limit) =>
  call("GET", "/tweets", { query: { timeline, ...page(before, limit) } });

/** @returns {Promise<TweetPage>} with reposts */
export const fetchFollowing = async (before, limit) =>
  withTweets(await call("GET", "/tweets", { query: { timeline: "following", entries: 1, ...page(before, limit) } }));

/** @returns {Promise<TweetJson>} */
export const fetchTweet = async (id) =>
  (await call("GET", `/tweets/${id}`, { query: { likers: 0 } })).tweet;

/** Null: what its words look like. */
export const sayLanguage = (id, language) => call("PATCH", `/tweets/${id}`, { body: { language } });

/** @returns {Promise<ThreadPage>} */
export const fetchThread = (id, after, limit) => call("GET", `/tweets/${id}/thread`, { query: { after, limit } });
