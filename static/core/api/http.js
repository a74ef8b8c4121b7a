// One way to call the server: JSON in, the envelope's content out, every failure an ApiError.
import { signal } from "@preact/signals";

const TIMEOUT = 20_000;

// `type` is the server's stable word, or one of ours where no answer came:
// "offline", "unreachable", "timeout".
export class ApiError extends Error {
  constructor(type, message = "", { status = 0, retryAfter = null } = {}) {
    super(message);
    this.type = type;
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

const KEY_ERRORS = new Set(["missing_key", "invalid_key", "account_suspended"]);

// Whether signing in is what would help.
export const needsKey = (error) => KEY_ERRORS.has(error?.type);

// Since when what is shown may have changed: the time of the oldest answer that the service worker
// (sw.js) had kept and gave because the network failed. Null while the server itself answers.
export const shownFrom = signal(null);

let currentKey = () => "";
/** @type {(accepted: boolean, type?: string) => void} */
let keyJudged = () => {};

// The session says which key to send and hears whether the server takes it.
export function configure(options) {
  currentKey = options.currentKey;
  keyJudged = options.keyJudged;
}

/** @type {Set<(answer: any) => void>} */
const listeners = new Set();

/** Calls the listener with each answer of the server: some things may come with any of them. */
export const whenAnswered = (listener) => listeners.add(listener);

export const noAnswer = () => new ApiError(navigator.onLine ? "unreachable" : "offline");

// What an answer means. A proxy may answer with a page of its own instead of the envelope.
export function readAnswer(status, body, retryAfter, key) {
  const judged = key && key === currentKey();
  if (status >= 200 && status < 300 && body?.result) {
    if (judged) keyJudged(true);
    return body;
  }
  const fallback = { 401: "invalid_key", 413: "too_large", 429: "rate_limited", 503: "unavailable" };
  const type = body?.error_type ?? fallback[status] ?? "internal_error";
  if (status === 401 && judged) keyJudged(false, type);
  throw new ApiError(type, body?.error_message, { status, retryAfter });
}

export function keyHeader() {
  const key = currentKey();
  return key ? { "api-key": key } : {};
}

export const seconds = (header) => {
  const value = Number.parseInt(header ?? "", 10);
  return Number.isFinite(value) ? value : null;
};

/** @type {Set<Promise<void>>} */
const underway = new Set();

const PATIENCE = 2000;

/** Resolves when the requests that are under way now have been answered; after two seconds at the latest. */
export const quiet = () =>
  Promise.race([Promise.all(underway), new Promise((resolve) => setTimeout(resolve, PATIENCE))]);

/**
 * Calls the server and resolves to its answer, or rejects with an ApiError.
 * @param {"GET" | "POST" | "PUT" | "PATCH" | "DELETE"} method
 * @param {string} path below /api
 * @param {object} options
 * @param {Record<string, string | number | boolean | null | undefined>} [options.query]
 * @param {unknown} [options.body] sent as JSON
 * @param {string} [options.key] the API key; the viewer's by default
 * @param {boolean} [options.keepalive] whether the request outlives the page
 * @param {Record<string, string>} [options.extra] more headers
 * @returns {Promise<any>}
 */
export async function call(method, path, options = {}) {
  let answered = () => {};
  const asking = new Promise((resolve) => (answered = () => resolve(undefined)));
  underway.add(asking);
  try {
    return await ask(method, path, options);
  } finally {
    underway.delete(asking);
    answered();
  }
}

/** @param {any} options */
async function ask(method, path, options) {
  const { query, body, key = currentKey(), keepalive, extra } = options;
  const url = new URL(`/api${path}`, location.origin);
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== null && value !== undefined) url.searchParams.set(name, String(value));
  }
  const headers = key ? { "api-key": key, ...extra } : { ...extra };
  if (body !== undefined) headers["content-type"] = "application/json";
  let response;
  let content;
  try {
    response = await fetch(url, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      keepalive,
      cache: "no-store",
      signal: AbortSignal.timeout(TIMEOUT),
    });
    content = await response.text();
  } catch (cause) {
    throw cause.name === "TimeoutError" ? new ApiError("timeout") : noAnswer();
  }
  const answer = readAnswer(response.status, parse(content), seconds(response.headers.get("retry-after")), key);
  if (method === "GET") noteAge(answer, response.headers.get("x-perch-offline"));
  for (const tell of listeners) tell(answer);
  return answer;
}

function noteAge(answer, time) {
  if (time) answer.kept = true;
  if (!time) shownFrom.value = null;
  else if (shownFrom.value === null || time < shownFrom.value) shownFrom.value = time;
}

export function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
