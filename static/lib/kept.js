// What the browser keeps of a viewer besides localStorage: files, pictures, and answers for times without a network.

// The service worker is told as well, so that nothing which is still under way is kept afterwards.
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
