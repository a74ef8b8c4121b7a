// Invitations over the wire. A link's token is in the answer to its creation and nowhere else.
import { call } from "./http.js";

export const fetchInvitations = (before, limit) =>
  call("GET", "/invitations", { query: { before, limit } });

// `wish`: {max_uses, expires_in_days, note, admin}, or {user_id} for somebody who lost their key.
export async function createInvitation(wish) {
  const answer = await call("POST", "/invitations", { body: wish });
  return { invitation: answer.invitation, link: here(answer.url) };
}

export const revokeInvitation = (id) => call("DELETE", `/invitations/${id}`);

// Neither asks with a key: who uses a link need not be who is signed in.
export const fetchJoin = async (token) => (await call("POST", "/join/link", { body: { token }, key: "" })).join;

export const join = (token, wish) => call("POST", "/join", { body: { token, ...wish }, key: "" });

// Behind a proxy the server may not know that it is reached by https; the browser does.
function here(url) {
  const { host, pathname, hash } = new URL(url);
  return host === location.host ? location.origin + pathname + hash : url;
}
