// Drafts that are kept on the server, over the wire.
import { call } from "./http.js";

/** @import { SavedDraftJson } from "./shapes.js" */

/** @returns {Promise<{drafts: SavedDraftJson[], next: number | null}>} */
export const fetchDrafts = (scheduled, before, limit) => call("GET", "/drafts", { query: { scheduled, before, limit } });

/** Another content for the draft with this id. */
export const changeDraft = (id, body) => call("PUT", `/drafts/${id}`, { body });

/** A new one. The same `key` makes one draft, however often it is sent. */
export const addDraft = (key, body) => call("POST", "/drafts", { body, extra: { "idempotency-key": key } });

export const deleteDraft = (id) => call("DELETE", `/drafts/${id}`);
