// Polls over the wire.
import { call } from "./http.js";

/** @import { MyPollJson } from "./shapes.js" */

/** @returns {Promise<MyPollJson[]>} with what the viewer chose, and results hidden from others */
export const fetchPolls = async (ids) => (await call("GET", "/polls", { query: { ids: ids.join(",") } })).polls;

/** @returns {Promise<MyPollJson>} */
export const vote = async (id, choices) => (await call("POST", `/tweets/${id}/votes`, { body: { choices } })).poll;
