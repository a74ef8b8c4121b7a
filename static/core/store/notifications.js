// What others did that concerns the viewer: how much is unread. The lists are in notification-lists.js.
import { signal } from "@preact/signals";
import * as api from "../api/notifications.js";
import { whenViewerLeaves } from "./leaving.js";

export const unread = signal(0);

// Counts what the server told about them: the page reads anew what it shows.
export const news = signal(0);

// Counts viewers: an answer that comes after the next one has signed in is not theirs.
let viewers = 0;

export function showUnread(count) {
  unread.value = count;
  news.value += 1;
}

export async function loadUnread() {
  const mine = viewers;
  const count = await api.fetchUnread();
  if (mine === viewers) showUnread(count);
}

// All up to this one are read, on all devices.
export async function markRead(upTo) {
  unread.value = await api.markRead(upTo);
}

whenViewerLeaves(() => {
  viewers += 1;
  unread.value = 0;
});
