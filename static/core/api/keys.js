// API keys over the wire. A key's secret is in the answer to its creation and nowhere else.
import { call } from "./http.js";

export const fetchKeys = async () => (await call("GET", "/keys")).keys;

export const createKey = (name, scopes, expiresAt) =>
  call("POST", "/keys", { body: { name, scopes, expires_at: expiresAt } });

export const revokeKey = (id) => call("DELETE", `/keys/${id}`);
