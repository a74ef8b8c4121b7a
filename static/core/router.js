// Addresses and pages: which page an address names, and moving between them without a reload.
import { computed, signal } from "@preact/signals";
import { closeDialog, dialog } from "./store/dialogs.js";
import { leavePlace } from "./ui/scroll.js";

/** @type {[RegExp, string, (...groups: string[]) => object][]} */
const ROUTES = [
  [/^\/$/, "home", () => ({ tab: "all" })],
  [/^\/following$/, "home", () => ({ tab: "following" })],
  [/^\/tweets\/(\d+)$/, "tweet", (id) => ({ id: Number(id) })],
  [/^\/tweets\/(\d+)\/quotes$/, "quotes", (id) => ({ id: Number(id) })],
  [/^\/@(\w+)(?:\/(replies|media|likes))?$/, "profile", (handle, list = "tweets") => ({ handle: handle.toLowerCase(), list })],
  [/^\/@(\w+)\/(followers|following)$/, "people", (handle, list) => ({ handle: handle.toLowerCase(), list })],
  [/^\/users\/(\d+)(?:\/(replies|media|likes))?$/, "profile", (id, list = "tweets") => ({ id: Number(id), list })],
  [/^\/users\/(\d+)\/(followers|following)$/, "people", (id, list) => ({ id: Number(id), list })],
  [/^\/hashtags\/([^/]+)$/, "hashtag", (name) => ({ name: decoded(name) })],
  [/^\/notifications(?:\/(mentions|follows|private))?$/, "notifications", (tab = "all") => ({ tab })],
  [/^\/bookmarks$/, "bookmarks", () => ({})],
  [/^\/drafts(?:\/(scheduled))?$/, "drafts", (tab = "drafts") => ({ tab })],
  [/^\/lists$/, "lists", () => ({})],
  [/^\/lists\/(\d+)$/, "list", (id) => ({ id: Number(id) })],
  [/^\/requests$/, "requests", () => ({})],
  [/^\/members(?:\/(new))?$/, "members", (tab = "active") => ({ tab })],
  [/^\/settings(?:\/(appearance|keys|people|data|invitations))?$/, "settings", (section) => ({ section })],
  [/^\/operations(?:\/(runs|people|log))?$/, "operations", (section) => ({ section })],
  [/^\/join(?:\/([^/]+))?$/, "join", (token) => ({ id: token })],
];

// The text in a part of an address, or the part itself where that can't be decoded.
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function match(path) {
  for (const [pattern, page, read] of ROUTES) {
    const found = pattern.exec(path);
    if (found) return { page, ...read(...found.slice(1)) };
  }
  return { page: "not-found" };
}

// `entry` numbers the steps of the history, so that each has a place of its own to come back to.
const here = signal({ path: location.pathname, search: location.search, entry: history.state?.entry ?? 0 });
let lastEntry = here.value.entry;

let moved = false;

/** Whether another page was opened since the client started. */
export const hasMoved = () => moved;

/** @typedef {{page: string, query: URLSearchParams, entry: number, id?: any, handle?: string, name?: string, section?: string, tab?: string, list?: string}} Route */

export const path = computed(() => here.value.path);
/** @type {import("@preact/signals").ReadonlySignal<Route>} */
export const route = computed(() => {
  const { path: at, search, entry } = here.value;
  return { ...match(at), query: new URLSearchParams(search), entry };
});

export function navigate(to) {
  const { pathname, search } = new URL(to, location.origin);
  const moves = pathname !== here.value.path || search !== here.value.search;
  // The new page takes the step of a dialog that has one.
  const replaces = moves && dialog.value?.entry;
  closeDialog({ stepTaken: replaces, all: true });
  if (!moves) return;
  leavePlace();
  moved = true;
  lastEntry += 1;
  history[replaces ? "replaceState" : "pushState"]({ entry: lastEntry }, "", pathname + search);
  here.value = { path: pathname, search, entry: lastEntry };
}

function followLink(event) {
  if (event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target.closest?.("a[href]");
  if (!link || link.target || link.hasAttribute("download")) return;
  if (link.origin !== location.origin || link.hash) return;
  if (/^\/(api|static|media)\//.test(link.pathname)) return;
  event.preventDefault();
  navigate(link.href);
}

export function startRouter() {
  // Ours is by row; the browser's would fight with it.
  history.scrollRestoration = "manual";
  history.replaceState({ entry: here.value.entry }, "");
  document.addEventListener("click", followLink);
  addEventListener("popstate", (event) => {
    // Going to a "#fragment" fires this too, and leaves the page where it is.
    const stays = location.pathname === here.value.path && location.search === here.value.search;
    if (stays && event.state === null) return;
    const entry = event.state?.entry ?? 0;
    closeDialog({ stepTaken: true, all: !stays || entry !== here.value.entry });
    // To or from the step of a dialog: the page stays.
    if (stays && entry === here.value.entry) return;
    leavePlace();
    moved = true;
    here.value = { path: location.pathname, search: location.search, entry };
  });
}
