// Tweets and timelines over the wire. Likers are asked for where they are shown, hence likers=0.
import { call } from "./http.js";

const page = (before, limit) => ({ before, limit, likers: 0 });

export const fetchTimeline = (timeline, before, limit) =>
  call("GET", "/tweets", { query: { timeline, ...page(before, limit) } });

export const fetchUserTweets = (userId, list, before, limit) =>
  call("GET", `/users/${userId}/${list}`, { query: page(before, limit) });

export const fetchTweet = async (id) =>
  (await call("GET", `/tweets/${id}`, { query: { likers: 0 } })).tweet;

export const setLike = (id, liked) => call(liked ? "POST" : "DELETE", `/tweets/${id}/likes`);
