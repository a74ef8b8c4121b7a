// Addresses and pages: which page an address names, and moving between them without a reload.
import { computed, signal } from "@preact/signals";
import { closeDialog, dialog } from "./store/dialogs.js";
import { leavePlace } from "./lib/scroll.js";

const ROUTES = [
  [/^\/$/, "home", () => ({ tab: "all" })],
  [/^\/following$/, "home", () => ({ tab: "following" })],
  [/^\/tweets\/(\d+)$/, "tweet", (id) => ({ id: Number(id) })],
  [/^\/users\/(\d+)(?:\/(media|likes))?$/, "profile", (id, list = "tweets") => ({ id: Number(id), list })],
  [/^\/users\/(\d+)\/(followers|following)$/, "people", (id, list) => ({ id: Number(id), list })],
  [/^\/settings$/, "settings", () => ({})],
  [/^\/operations$/, "operations", () => ({})],
  [/^\/join(?:\/([^/]+))?$/, "join", (token) => ({ id: token })],
];

export function match(path) {
  for (const [pattern, page, read] of ROUTES) {
    const found = pattern.exec(path);
    if (found) return { page, ...read(...found.slice(1)) };
  }
  return { page: "not-found" };
}

// `entry` numbers the steps of the history, so that each has a place of its own to come back to.
const here = signal({ path: location.pathname, entry: history.state?.entry ?? 0 });
let lastEntry = here.value.entry;

export const path = computed(() => here.value.path);
export const route = computed(() => ({ ...match(here.value.path), entry: here.value.entry }));

export function navigate(to) {
  const { pathname } = new URL(to, location.origin);
  const moves = pathname !== here.value.path;
  // The new page takes the step of a dialog that has one.
  const replaces = moves && dialog.value?.entry;
  closeDialog({ stepTaken: replaces });
  if (!moves) return;
  leavePlace();
  lastEntry += 1;
  history[replaces ? "replaceState" : "pushState"]({ entry: lastEntry }, "", pathname);
  here.value = { path: pathname, entry: lastEntry };
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
    if (location.pathname === here.value.path && event.state === null) return;
    closeDialog({ stepTaken: true });
    const entry = event.state?.entry ?? 0;
    // To or from the step of a dialog: the page stays.
    if (location.pathname === here.value.path && entry === here.value.entry) return;
    leavePlace();
    here.value = { path: location.pathname, entry };
  });
}
