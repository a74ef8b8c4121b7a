// What administrators do to people, over the wire.
import { call } from "./http.js";

export const suspend = (id, hideTweets, reason) =>
  call("POST", `/users/${id}/suspension`, { body: { hide_tweets: hideTweets, reason } });

export const unsuspend = (id) => call("DELETE", `/users/${id}/suspension`);
