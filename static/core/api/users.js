// Oneself over the wire, and what the server says of itself.
import { call } from "./http.js";

export const fetchInstance = async () => (await call("GET", "/instance", { key: "" })).instance;

export const fetchViewer = async (key) => (await call("GET", "/users/me", { key })).user;

export const renameViewer = async (name) =>
  (await call("PATCH", "/users/me", { body: { name } })).user;
