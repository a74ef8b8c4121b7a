// Tweets and timelines over the wire. Likers are asked for where they are shown, hence likers=0.
import { call } from "./http.js";

const page = (before, limit) => ({ before, limit, likers: 0 });

export const fetchTimeline = (timeline, before, limit) =>
  call("GET", "/tweets", { query: { timeline, ...page(before, limit) } });

export const fetchUserTweets = (userId, list, before, limit) =>
  call("GET", `/users/${userId}/${list}`, { query: page(before, limit) });

export const fetchTweet = async (id) =>
  (await call("GET", `/tweets/${id}`, { query: { likers: 0 } })).tweet;

// The same `once` with the same tweet is published once, however often it is sent.
export const publishTweet = (content, mediaIds, once) =>
  call("POST", "/tweets", {
    body: { tweet_data: content, tweet_media_ids: mediaIds },
    extra: { "idempotency-key": once },
  });

export const deleteTweet = (id, options) => call("DELETE", `/tweets/${id}`, options);

export const setLike = (id, liked) => call(liked ? "POST" : "DELETE", `/tweets/${id}/likes`);

export const fetchLikers = async (id, before, limit) => {
  const { likes, next } = await call("GET", `/tweets/${id}/likes`, { query: { before, limit } });
  return { users: likes, next };
};
