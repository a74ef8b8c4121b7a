// Blocks and mutes over the wire.
import { call } from "./http.js";

/** @import { MutesPage, PeoplePage, TweetJson } from "./shapes.js" */

export const setBlock = (id, blocked) => call(blocked ? "POST" : "DELETE", `/users/${id}/block`);

/**
 * @param {number} id
 * @param {{notifications: boolean, seconds: number | null}} choice
 */
export const muteUser = (id, choice) => call("POST", `/users/${id}/mute`, { body: choice });

export const unmuteUser = (id) => call("DELETE", `/users/${id}/mute`);

// Whether somebody's reposts are left out of the viewer's Following timeline.
export const setRepostsHidden = (id, hidden) => call(hidden ? "POST" : "DELETE", `/users/${id}/reposts/hidden`);

export const setThreadMute = (id, muted) => call(muted ? "POST" : "DELETE", `/tweets/${id}/mute`);

export const limitReplies = (id, who) => call("PATCH", `/tweets/${id}`, { body: { who_may_reply: who } });

export const setReplyHidden = (id, hidden) => call(hidden ? "POST" : "DELETE", `/tweets/${id}/hidden`);

/** @returns {Promise<PeoplePage>} */
export const fetchBlocks = (before, limit) => call("GET", "/blocks", { query: { before, limit } });

/** @returns {Promise<{conversations: {root_id: number, tweet: TweetJson | null}[], next: number | null}>} */
export const fetchMutedConversations = (before, limit) =>
  call("GET", "/muted-conversations", { query: { before, limit } });

/** @returns {Promise<MutesPage>} */
export const fetchMutes = (before, limit) => call("GET", "/mutes", { query: { before, limit } });
