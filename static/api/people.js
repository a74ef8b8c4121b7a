// People over the wire.
import { call } from "./http.js";

export const fetchUser = async (id) => (await call("GET", `/users/${id}`)).user;

export const setFollow = (id, followed) => call(followed ? "POST" : "DELETE", `/users/${id}/follow`);

export const fetchPeople = (id, list, before, limit) =>
  call("GET", `/users/${id}/${list}`, { query: { before, limit } });
