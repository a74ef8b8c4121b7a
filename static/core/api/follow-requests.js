// Requests to follow the viewer, over the wire.
import { call } from "./http.js";

/** @returns {Promise<import("./shapes.js").PeoplePage>} */
export const fetchFollowRequests = (before, limit) => call("GET", "/follow-requests", { query: { before, limit } });

export const answerFollowRequest = (id, accepted) =>
  call(accepted ? "POST" : "DELETE", `/follow-requests/${id}`);
