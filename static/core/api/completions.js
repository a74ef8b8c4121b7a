// What may be meant by the beginning of a mention or hashtag, over the wire.
import { call } from "./http.js";

/** @returns {Promise<import("./shapes.js").PersonJson[]>} */
export const fetchCompletions = async (prefix) =>
  (await call("GET", "/users/completions", { query: { prefix } })).users;

/** @returns {Promise<{name: string, tweets_count: number}[]>} */
export const fetchHashtags = async (prefix) =>
  (await call("GET", "/hashtags/completions", { query: { prefix, limit: 6 } })).hashtags;
