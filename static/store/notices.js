// Short messages that concern the page as a whole, and the words for screen readers.
import { signal } from "@preact/signals";

const SHOWN_FOR = 5000;

export const notice = signal(null);
export const announcement = signal("");

// The server has another version of the client than this page, which lacks a part of its own.
// Whether tweets are on their way to the server, or were not sent: see outbox.js.
export const outgoing = signal(false);
export const outdated = signal(false);

// To be called where a part of the client could not be fetched.
export const partMissing = () =>
  import("../offline.js").then(({ compareVersions }) => compareVersions()).catch(() => {});

let timer;

export function notify(text) {
  clearTimeout(timer);
  notice.value = text;
  timer = setTimeout(() => {
    notice.value = null;
  }, SHOWN_FOR);
}

export function announce(text) {
  // The same words twice are read once: a live region speaks when it changes.
  announcement.value = announcement.value === text ? `${text}\u00a0` : text;
}
