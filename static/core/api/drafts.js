// Drafts that are kept on the server, over the wire.
import { call } from "./http.js";

/** @import { SavedDraftJson } from "./shapes.js" */

/** @returns {Promise<{drafts: SavedDraftJson[], next: number | null}>} */
export const fetchDrafts = (scheduled, before, limit) => call("GET", "/drafts", { query: { scheduled, before, limit } });

/** A new one, or another content for the one with this id. */
export const saveDraft = (id, body) =>
  id ? call("PUT", `/drafts/${id}`, { body }) : call("POST", "/drafts", { body });

export const deleteDraft = (id) => call("DELETE", `/drafts/${id}`);
