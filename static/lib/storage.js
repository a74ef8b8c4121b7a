// What the browser keeps between visits, all under one prefix.
// Private windows and full disks make localStorage throw: then this page's memory has to do.

const PREFIX = "perch.";
const memory = new Map();

export function load(name) {
  try {
    const text = localStorage.getItem(PREFIX + name);
    return text === null ? (memory.get(name) ?? null) : JSON.parse(text);
  } catch {
    return memory.get(name) ?? null;
  }
}

export function save(name, value) {
  memory.set(name, value);
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // Kept in memory above: lost with this page, but not before.
  }
}

export function forget(name) {
  memory.delete(name);
  try {
    localStorage.removeItem(PREFIX + name);
  } catch {
    // Nothing was stored.
  }
}

// Drops the answers and pictures that the service worker keeps. It is told as well, so that
// nothing which is still under way is kept afterwards.
export async function forgetKept() {
  try {
    navigator.serviceWorker.controller?.postMessage("wipe");
    const names = (await caches.keys()).filter((name) => /^perch-(answers|pictures)/.test(name));
    await Promise.all(names.map((name) => caches.delete(name)));
  } catch {
    // Without HTTPS browsers have neither a service worker nor caches.
  }
}

// Calls `changed(value)` when another tab saves or forgets `name`.
export function watch(name, changed) {
  addEventListener("storage", (event) => {
    if (event.key === null || event.key === PREFIX + name) {
      memory.delete(name);
      changed(load(name));
    }
  });
}
