// Private notes on people, over the wire.
import { call } from "./http.js";

export const writeNote = (id, note) => call("PUT", `/users/${id}/note`, { body: { note } });
