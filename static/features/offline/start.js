// The service worker's side of the page: started once there is nothing more important to do.
import { fetchInstance, fetchViewer } from "../../core/api/users.js";
import { key } from "../../core/store/session.js";
import "./connection.js";
import { openComposer } from "../../core/store/openers.js";
import { watchReturns } from "./returns.js";

const HOUR = 3_600_000;

// Trusted Types: script URLs come only from this policy, which returns only this one.
const { trustedTypes } = /** @type {any} */ (self);
const scripts = trustedTypes?.createPolicy("perch", { createScriptURL: () => "/sw.js" });

// Browsers look for a new worker when a page is opened; an installed client may stay open for weeks.
async function startWorker() {
  try {
    const worker = scripts ? scripts.createScriptURL("") : "/sw.js";
    // What a first visit has read went past the worker, which keeps it only from then on.
    if (!navigator.serviceWorker.controller) {
      navigator.serviceWorker.addEventListener("controllerchange", readAgain, { once: true });
    }
    const registration = await navigator.serviceWorker.register(worker);
    let looked = Date.now();
    document.addEventListener("visibilitychange", () => {
      if (document.hidden || Date.now() - looked < HOUR) return;
      looked = Date.now();
      registration.update().catch(() => {});
    });
  } catch {
    // Private windows and hosts without HTTPS have none: all works but offline.
  }
}

// Reads what the page shows once more, so that it can be shown without a network too.
async function readAgain() {
  const { resyncAll } = await import("../../core/live/resync.js");
  resyncAll();
  await Promise.all([fetchInstance(), key.value && fetchViewer(key.value)]).catch(() => {});
}

export function startOffline() {
  startWorker();
  watchReturns();
  // A shortcut on the installed client's icon.
  if (location.hash === "#compose") {
    history.replaceState(history.state, "", location.pathname);
    openComposer();
  }
}
