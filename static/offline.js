// The service worker's side of the page: started once there is nothing more important to do.
import "./components/connection.js";
import { openComposer } from "./components/openers.js";
import { outdated } from "./store/notices.js";
import { watchReturns } from "./store/returns.js";

const VERSION = /\/static\/(\w+)\//.exec(import.meta.url)?.[1];
const HOUR = 3_600_000;

// The page's policy takes no address of a script but from here, and here comes none but this one.
const scripts = self.trustedTypes?.createPolicy("perch", { createScriptURL: () => "/sw.js" });

// Browsers look for a new worker when a page is opened; an installed client may stay open for weeks.
async function startWorker() {
  try {
    const worker = scripts ? scripts.createScriptURL("") : "/sw.js";
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

// Sets `outdated` where the server's page names another version than the one that runs here.
export async function compareVersions() {
  const response = await fetch("/", { cache: "no-store" });
  const [, served] = /\/static\/(\w+)\//.exec(await response.text()) ?? [];
  if (served && served !== VERSION) outdated.value = true;
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
