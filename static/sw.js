// The service worker: lets the client start without a network, and shows then what was read before,
// marked as such. The server puts VERSION and FILES (names below /static/<version>/) before this text.
//
// Pages      the network, and the kept page where it fails or takes too long
// Files      the cache: their addresses never mean anything else
// Pictures   the cache, which holds the last ones that were looked at
// Answers    the network; what was read is given again only where that fails, with the mark
//            `x-perch-offline`, the time of the reading. Per API key, of which only a hash is stored.
// All else   not touched: what is not a GET, the live stream, keys, documents, health, other hosts.
//
// What the viewer wrote is not kept here, but by features/compose (draft.js, outbox.js).

const FILES_CACHE = `perch-files-${VERSION}`;
const PICTURES_CACHE = "perch-pictures";
const ANSWERS = "perch-answers-";
const MARK = "x-perch-offline";

const PAGE_WAIT = 3000;
const ANSWER_WAIT = 10_000;
const KEPT_PICTURES = 200;
const KEPT_ANSWERS = 100;

// First pages of timelines, hashtags, threads, notifications and bookmarks, tweets, people, the viewer, the instance.
const KEPT = /^\/api\/(tweets|tweets\/\d+|tweets\/\d+\/thread|users\/(\d+|me)|users\/\d+\/(tweets|pins|media|likes)|hashtags\/[^/]+\/tweets|notifications|bookmarks|instance)$/;
const LATER_PAGE = /[?&](before|after|offset)=/;
const NO_PAGE = /^\/(api|media|static|health|icons)\//;

// Counts the wipes: an answer that was under way during one is not kept.
let wipes = 0;

const work = {
  async install() {
    const cache = await caches.open(FILES_CACHE);
    const fresh = await fetch("/");
    // The server may have moved on: the page of one version and the files of another do not fit.
    if (!fresh.ok || fresh.redirected || !(await fresh.clone().text()).includes(`/static/${VERSION}/`)) {
      throw new Error("the page is of another version");
    }
    await cache.addAll(FILES.map((name) => `/static/${VERSION}/${name}`));
    await cache.put("/", fresh);
    await skipWaiting();
  },

  // A page that is open may still need files of the version before, which the server no longer has.
  async activate() {
    const old = (await caches.keys()).filter((name) => name.startsWith("perch-files-") && name !== FILES_CACHE);
    const open = await clients.matchAll({ type: "window", includeUncontrolled: true });
    const unneeded = open.length ? old.slice(0, -1) : old;
    await Promise.all(unneeded.map((name) => caches.delete(name)));
    await clients.claim();
  },
};

for (const name of Object.keys(work)) {
  addEventListener(name, (event) => event.waitUntil(work[name]()));
}

// Writes bypass this worker: one sent while its page is closing would be lost on the way.
addEventListener("install", (event) => {
  const routes = ["POST", "PUT", "PATCH", "DELETE"].map((requestMethod) => ({
    condition: { requestMethod },
    source: "network",
  }));
  event.waitUntil(event.addRoutes?.(routes));
});

addEventListener("message", (event) => {
  if (event.data === "wipe") event.waitUntil(wipe());
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname, search } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate") {
    if (!NO_PAGE.test(pathname)) event.respondWith(page(request));
  } else if (pathname.startsWith("/static/")) event.respondWith(file(request, pathname));
  else if (pathname.startsWith("/media/")) event.respondWith(picture(event));
  else if (KEPT.test(pathname) && !LATER_PAGE.test(search)) event.respondWith(answer(event));
});

// What the promise comes to, or undefined where it fails or takes longer.
const within = (time, promise) =>
  Promise.race([promise.catch(() => {}), new Promise((resolve) => setTimeout(resolve, time))]);

async function page(request) {
  const asked = fetch(request);
  const fresh = await within(PAGE_WAIT, asked);
  // A proxy before a server that is down answers too.
  if (fresh && fresh.status < 500) return fresh;
  return (await caches.match("/", { cacheName: FILES_CACHE })) ?? asked;
}

async function file(request, pathname) {
  const cacheName = `perch-files-${pathname.split("/")[2]}`;
  return (await caches.match(request.url, { cacheName })) ?? fetch(request);
}

async function picture(event) {
  const { request } = event;
  if (request.headers.has("range")) return fetch(request);
  const mine = wipes;
  const response =
    (await caches.match(request.url, { cacheName: PICTURES_CACHE })) ?? (await fetch(request));
  // One that is still being made says "no-store": under the same address the real one follows.
  if (response.status === 200 && !response.headers.get("cache-control")?.includes("no-store")) {
    event.waitUntil(keep(PICTURES_CACHE, request.url, response.clone(), KEPT_PICTURES, mine));
  }
  return response;
}

async function answer(event) {
  const { request } = event;
  const mine = wipes;
  const name = ANSWERS + (await nameOf(request.headers));
  const kept = await caches.match(request.url, { cacheName: name });
  const asked = fetch(request);
  const response = await (kept ? within(ANSWER_WAIT, asked) : asked);
  if (!response) return kept;
  if (response.status === 200) event.waitUntil(keepAnswer(name, request.url, response.clone(), mine));
  // The key is no longer good, or what was read is no longer there.
  else if (response.status === 401) event.waitUntil(caches.delete(name));
  else if (response.status === 404 && kept) event.waitUntil(forget(name, request.url));
  return response;
}

async function nameOf(headers) {
  const key = headers.get("api-key") ?? headers.get("authorization") ?? "";
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`perch-offline ${key}`));
  return Array.from(new Uint8Array(digest, 0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function keepAnswer(name, url, response, mine) {
  const headers = new Headers(response.headers);
  headers.set(MARK, new Date().toISOString());
  const body = await response.blob();
  await keep(name, url, new Response(body, { headers }), KEPT_ANSWERS, mine);
}

// Put again, an entry moves to the end: the first ones are those not used for longest.
async function keep(name, url, response, most, mine) {
  if (mine !== wipes) return;
  try {
    const cache = await caches.open(name);
    if (mine !== wipes) return;
    await cache.put(url, response);
    const all = await cache.keys();
    await Promise.all(all.slice(0, Math.max(0, all.length - most)).map((one) => cache.delete(one)));
  } catch {
    // A full disk: it is not kept.
  }
}

async function forget(name, url) {
  const cache = await caches.open(name);
  await cache.delete(url);
}

async function wipe() {
  wipes += 1;
  const names = await caches.keys();
  const ofViewers = names.filter((name) => name.startsWith(ANSWERS) || name === PICTURES_CACHE);
  await Promise.all(ofViewers.map((name) => caches.delete(name)));
}
