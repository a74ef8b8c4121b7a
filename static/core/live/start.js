// Live updates for as long as somebody is signed in.
import { effect, untracked } from "@preact/signals";
import { awaySince, live } from "../store/live-state.js";
import { key, viewer } from "../store/session.js";
import { apply } from "./apply.js";
import { resyncAll } from "./resync.js";
import { shareStream } from "./tabs.js";

// While there is no stream (a proxy may refuse it) everything is read anew so often.
const WITHOUT_STREAM = 30_000;

// A server that starts again is back within this time: not worth a word.
const NOT_MISSED = 4000;

let current = null;

function follow(viewerId) {
  const stopped = new AbortController();
  const { signal } = stopped;
  let missing;
  const say = (state) => {
    if (signal.aborted) return;
    live.value = state;
    if (state === "live" || state === "off") {
      clearTimeout(missing);
      missing = undefined;
      awaySince.value = null;
    } else if (state === "waiting") {
      const since = new Date().toISOString();
      missing ??= setTimeout(() => (awaySince.value = since), navigator.onLine ? NOT_MISSED : 0);
    }
  };
  shareStream({ viewerId, signal, tell: apply, say });
  const timer = setInterval(() => {
    if (live.value === "waiting" && navigator.onLine && !document.hidden) resyncAll();
  }, WITHOUT_STREAM);
  signal.addEventListener("abort", () => {
    clearInterval(timer);
    clearTimeout(missing);
    awaySince.value = null;
  });
  return stopped;
}

export function startLive() {
  effect(() => {
    document.documentElement.dataset.live = live.value;
  });
  effect(() => {
    const id = key.value ? viewer.value?.id : undefined;
    const wanted = id === undefined ? null : `${id} ${key.value}`;
    untracked(() => {
      if (current?.wanted === wanted) return;
      current?.stopped.abort();
      live.value = "off";
      current = wanted && { wanted, stopped: follow(id) };
    });
  });
}
