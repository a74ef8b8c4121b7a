// What the viewer sets on tweets, over the wire.
import { call } from "./http.js";

export const setLike = (id, liked) => call(liked ? "POST" : "DELETE", `/tweets/${id}/likes`, { keepalive: true });

export const setRepost = (id, reposted) =>
  call(reposted ? "POST" : "DELETE", `/tweets/${id}/reposts`, { keepalive: true });

export const setPin = (id, pinned) => call(pinned ? "POST" : "DELETE", `/tweets/${id}/pin`);

export const setBookmark = (id, bookmarked) =>
  call(bookmarked ? "POST" : "DELETE", `/tweets/${id}/bookmarks`, { keepalive: true });
