// The viewer's lists of people, and their timelines, over the wire.
import { call } from "./http.js";
import { page, withTweets } from "./tweets.js";

/** @import { ListJson, PeoplePage, TweetPage, WholeListJson } from "./shapes.js" */

/**
 * Of each list it also tells whether the user is on it, if one is given.
 * @param {number} [userId]
 * @returns {Promise<ListJson[]>}
 */
export const fetchLists = async (userId) => (await call("GET", "/lists", { query: { user_id: userId } })).lists;

/** @returns {Promise<WholeListJson>} */
export const fetchList = async (id) => (await call("GET", `/lists/${id}`)).list;

/** @returns {Promise<ListJson>} */
export const createList = async (title) => (await call("POST", "/lists", { body: { title } })).list;

/** @returns {Promise<ListJson>} */
export const changeList = async (id, changes) => (await call("PATCH", `/lists/${id}`, { body: changes })).list;

export const deleteList = (id) => call("DELETE", `/lists/${id}`);

/** @returns {Promise<PeoplePage>} */
export const fetchMembersOf = (id, before, limit) => call("GET", `/lists/${id}/members`, { query: { before, limit } });

export const setMember = (id, userId, on) => call(on ? "POST" : "DELETE", `/lists/${id}/members/${userId}`);

/** @returns {Promise<TweetPage>} */
export const fetchListTweets = async (id, before, limit) =>
  withTweets(await call("GET", `/lists/${id}/tweets`, { query: { ...page(before, limit), entries: 1 } }));
