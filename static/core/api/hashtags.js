// Followed hashtags over the wire.
import { call } from "./http.js";

const path = (name) => `/hashtags/${encodeURIComponent(name)}/follow`;

/** @returns {Promise<boolean>} */
export const fetchHashtagFollow = async (name) => (await call("GET", path(name))).followed;

export const setHashtagFollow = (name, followed) => call(followed ? "POST" : "DELETE", path(name), { keepalive: true });

/** @returns {Promise<string[]>} */
export const fetchFollowedHashtags = async () => (await call("GET", "/followed-hashtags")).hashtags;
