// Oneself over the wire, and what the server says of itself.
import { call } from "./http.js";

export const fetchInstance = async () => (await call("GET", "/instance", { key: "" })).instance;

export const fetchViewer = async (key) => (await call("GET", "/users/me", { key })).user;

/** @param {Partial<import("./shapes.js").EditedProfileJson>} changes */
export const changeProfile = async (changes) => (await call("PATCH", "/users/me", { body: changes })).user;
