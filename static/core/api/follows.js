// Follows, and lists of people, over the wire.
import { call } from "./http.js";

/** @import { PeoplePage, PersonJson } from "./shapes.js" */

export const setFollow = (id, followed) =>
  call(followed ? "POST" : "DELETE", `/users/${id}/follow`, { keepalive: true });

export const setNotify = (id, on) => call(on ? "POST" : "DELETE", `/users/${id}/notify`, { keepalive: true });

/** @returns {Promise<PeoplePage>} */
export const fetchPeople = (id, list, before, limit) =>
  call("GET", `/users/${id}/${list}`, { query: { before, limit } });

/** @returns {Promise<PersonJson[]>} */
export const removeFollower = (id) => call("DELETE", `/users/${id}/follower`);

export const fetchSuggestions = async () => (await call("GET", "/users/suggestions")).users;
