// What operators see and do, over the wire.
import { call } from "./http.js";

const at = (path) => `/operations${path}`;

export const fetchOverview = () => call("GET", at("/"));

export const fetchTrend = async (minutes) =>
  (await call("GET", at("/trends"), { query: { minutes } })).trend;

export const fetchRuns = async (limit) => (await call("GET", at("/runs"), { query: { limit } })).runs;

export const startRun = async (kind) => (await call("POST", at("/runs"), { body: { kind } })).run;

export const fetchDumps = () => call("GET", at("/dumps"));

export const verifyDump = (id) => call("POST", at(`/dumps/${id}/verification`));

export const fetchDeadLetters = async () => (await call("GET", at("/dead-letters"))).dead_letters;

export const retryDeadLetter = (id) => call("POST", at(`/dead-letters/${id}/retry`));

export const discardDeadLetter = (id) => call("DELETE", at(`/dead-letters/${id}`));

export const fetchLog = async (query) => (await call("GET", at("/log"), { query })).lines;

export const fetchMembers = (query, before, limit) =>
  call("GET", at("/users"), { query: { query, before, limit } });

export const fetchMemberKeys = async (id) => (await call("GET", at(`/users/${id}/keys`))).keys;

export const revokeMemberKey = (id, key) => call("DELETE", at(`/users/${id}/keys/${key}`));
