// What others did that concerns the viewer: how much is unread. The lists are in notification-lists.js.
import { signal } from "@preact/signals";
import * as api from "../api/notifications.js";
import { whenViewerLeaves } from "./leaving.js";

export const unread = signal(0);

// Counts what the server told about them: the page reads anew what it shows.
export const news = signal(0);

// Counts viewers: an answer that comes after the next one has signed in is not theirs.
let viewers = 0;

// Counts the unread counts received: if one arrived after a request was sent, the answer to that request is out of date.
let counts = 0;

function keepUnread(count) {
  unread.value = count;
  counts += 1;
}

export function showUnread(count) {
  keepUnread(count);
  news.value += 1;
}

export async function loadUnread() {
  const [mine, then] = [viewers, counts];
  const count = await api.fetchUnread();
  if (mine !== viewers) return;
  if (then === counts) keepUnread(count);
  news.value += 1;
}

// All up to this one are read, on all devices.
export async function markRead(upTo) {
  keepUnread(await api.markRead(upTo));
}

whenViewerLeaves(() => {
  viewers += 1;
  unread.value = 0;
});
