// People over the wire.
import { call } from "./http.js";

/** @import { PeoplePage, PersonJson, ProfileJson } from "./shapes.js" */

/** @returns {Promise<ProfileJson>} */
export const fetchUser = async (id) => (await call("GET", `/users/${id}`)).user;

/** @returns {Promise<ProfileJson>} */
export const fetchUserByHandle = async (handle) =>
  (await call("GET", `/users/by-handle/${encodeURIComponent(handle)}`)).user;

export const setFollow = (id, followed) =>
  call(followed ? "POST" : "DELETE", `/users/${id}/follow`, { keepalive: true });

/** @returns {Promise<PeoplePage>} */
export const fetchPeople = (id, list, before, limit) =>
  call("GET", `/users/${id}/${list}`, { query: { before, limit } });

/** @returns {Promise<PersonJson[]>} */
export const removeFollower = (id) => call("DELETE", `/users/${id}/follower`);

/** @returns {Promise<import("./shapes.js").PersonJson[]>} */
export const fetchCompletions = async (prefix) =>
  (await call("GET", "/users/completions", { query: { prefix } })).users;

/** @returns {Promise<{name: string, tweets_count: number}[]>} */
export const fetchHashtags = async (prefix) =>
  (await call("GET", "/hashtags/completions", { query: { prefix, limit: 6 } })).hashtags;

export const fetchSuggestions = async () => (await call("GET", "/users/suggestions")).users;
