// What the browser keeps of a viewer besides localStorage: files, pictures, and answers for times without a network.

// Answers from before a block have tweets that the viewer no longer gets.
export async function forgetAnswers() {
  try {
    const names = (await caches.keys()).filter((name) => name.startsWith("perch-answers"));
    await Promise.all(names.map((name) => caches.delete(name)));
  } catch {
    // Without HTTPS browsers have no caches.
  }
}

// The service worker is told as well, so that it doesn't keep responses still in flight.
export async function forgetKept() {
  try {
    indexedDB.deleteDatabase("perch");
  } catch {
    // A browser that keeps no files.
  }
  try {
    navigator.serviceWorker.controller?.postMessage("wipe");
    const names = (await caches.keys()).filter((name) => /^perch-(answers|pictures)/.test(name));
    await Promise.all(names.map((name) => caches.delete(name)));
  } catch {
    // Without HTTPS browsers have neither a service worker nor caches.
  }
}
