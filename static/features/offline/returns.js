// The time without a server, and its end: what has failed, or was kept, is then read anew.
import { effect, signal } from "@preact/signals";
import { fetchInstance } from "../../core/api/users.js";
import { shownFrom } from "../../core/api/http.js";
import { everyFeed } from "../../core/store/feeds.js";
import { awaySince, hurry, missed } from "../../core/store/live-state.js";

const FIRST_WAIT = 5000;
const LONGEST_WAIT = 60_000;

export const asking = signal(false);

let timer;
let wait = FIRST_WAIT;

// Asks the server whether it is there. Any answer of its own ends the time without one.
export async function ask() {
  clearTimeout(timer);
  asking.value = true;
  try {
    await fetchInstance();
    hurry.dispatchEvent(new Event("now"));
  } catch {
    // Not yet.
  }
  asking.value = false;
  if (shownFrom.value === null) return;
  timer = setTimeout(ask, wait);
  wait = Math.min(LONGEST_WAIT, wait * 2);
}

async function comeBack(kept) {
  clearTimeout(timer);
  wait = FIRST_WAIT;
  const failed = everyFeed().some((feed) => feed.status.value === "failed");
  // The stream tells what was missed; it cannot tell what was never read.
  if (!kept && !failed) {
    missed.value += 1;
    return;
  }
  const { resyncAll } = await import("../../core/live/resync.js");
  resyncAll();
}

export function watchReturns() {
  let keptBefore = false;
  let awayBefore = false;
  effect(() => {
    const kept = shownFrom.value !== null;
    const away = awaySince.value !== null;
    if (kept && !keptBefore) timer = setTimeout(ask, wait);
    if (kept && awayBefore && !away) queueMicrotask(ask);
    if (keptBefore && !kept) queueMicrotask(() => comeBack(true));
    else if (awayBefore && !away && !kept) queueMicrotask(() => comeBack(false));
    keptBefore = kept;
    awayBefore = away;
  });
  addEventListener("online", ask);
}
