// What administrators do to people, over the wire.
import { call } from "./http.js";

// What is not chosen stays as it is: another administrator may have chosen it meanwhile.
export const suspend = (id, hideTweets, reason) =>
  call("POST", `/users/${id}/suspension`, {
    body: { hide_tweets: hideTweets || undefined, reason: reason || undefined },
  });

// Of administrators: they wait for another one's consent.
export const fetchSuspensions = async () => (await call("GET", "/operations/suspensions")).suspensions;

export const askSuspension = (id) => call("POST", "/operations/suspensions", { body: { user_id: id } });

export const confirmSuspension = (id) => call("POST", `/operations/suspensions/${id}/confirmation`);

export const withdrawSuspension = (id) => call("DELETE", `/operations/suspensions/${id}`);

export const unsuspend = (id) => call("DELETE", `/users/${id}/suspension`);
