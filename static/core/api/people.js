// People over the wire.
import { call } from "./http.js";

/** @import { ProfileJson } from "./shapes.js" */

/** @returns {Promise<ProfileJson>} */
export const fetchUser = async (id) => (await call("GET", `/users/${id}`)).user;

/** @returns {Promise<ProfileJson>} */
export const fetchUserByHandle = async (handle) =>
  (await call("GET", `/users/by-handle/${encodeURIComponent(handle)}`)).user;

/**
 * @param {"active" | "new"} order
 * @returns {Promise<import("./shapes.js").PeoplePage>}
 */
export const fetchMembers = (order, before, limit) => call("GET", "/users/members", { query: { order, before, limit } });
