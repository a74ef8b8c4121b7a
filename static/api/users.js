// People over the wire, and what the server says of itself.
import { call } from "./http.js";

export const fetchInstance = async () => (await call("GET", "/instance", { key: "" })).instance;

export const fetchViewer = async (key) => (await call("GET", "/users/me", { key })).user;

export const fetchUser = async (id) => (await call("GET", `/users/${id}`)).user;

export const renameViewer = async (name) =>
  (await call("PATCH", "/users/me", { body: { name } })).user;

export const setFollow = (id, followed) => call(followed ? "POST" : "DELETE", `/users/${id}/follow`);

export const fetchPeople = (id, list, before, limit) =>
  call("GET", `/users/${id}/${list}`, { query: { before, limit } });
