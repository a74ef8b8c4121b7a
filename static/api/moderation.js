// What administrators do to people, over the wire.
import { call } from "./http.js";

// What is not chosen stays as it is: another administrator may have chosen it meanwhile.
export const suspend = (id, hideTweets, reason) =>
  call("POST", `/users/${id}/suspension`, {
    body: { hide_tweets: hideTweets || undefined, reason: reason || undefined },
  });

export const unsuspend = (id) => call("DELETE", `/users/${id}/suspension`);
