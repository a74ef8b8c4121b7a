// How often the network came back: what has failed, or was kept, is then read anew.
import { effect, signal } from "@preact/signals";
import { fetchInstance } from "../api/users.js";
import { shownFrom } from "../api/http.js";
import { everyFeed } from "./feeds.js";
import { readAnew } from "./newer.js";

const FIRST_WAIT = 5000;
const LONGEST_WAIT = 60_000;

export const returns = signal(0);
export const asking = signal(false);

let timer;
let wait = FIRST_WAIT;

// Asks the server whether it is there. Any answer of its own ends the time without one.
export async function ask() {
  clearTimeout(timer);
  asking.value = true;
  try {
    await fetchInstance();
  } catch {
    // Not yet.
  }
  asking.value = false;
  if (shownFrom.value === null) return;
  timer = setTimeout(ask, wait);
  wait = Math.min(LONGEST_WAIT, wait * 2);
}

function comeBack() {
  clearTimeout(timer);
  wait = FIRST_WAIT;
  returns.value += 1;
  for (const feed of everyFeed()) readAnew(feed).catch(() => {});
}

export function watchReturns() {
  let away = false;
  effect(() => {
    const now = shownFrom.value !== null;
    if (now && !away) timer = setTimeout(ask, wait);
    if (away && !now) queueMicrotask(comeBack);
    away = now;
  });
  addEventListener("online", () => (away ? ask() : comeBack()));
}
