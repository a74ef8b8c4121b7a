// Notifications over the wire.
import { call } from "./http.js";

/** @import { NotificationsPage } from "./shapes.js" */

/** @returns {Promise<NotificationsPage>} */
export const fetchNotifications = (tab, before, limit) =>
  call("GET", "/notifications", { query: { tab, before, limit } });

/** @returns {Promise<number>} */
export const fetchUnread = async () => (await call("GET", "/notifications/unread")).unread;

/** @returns {Promise<number>} */
export const markRead = async (upTo) => (await call("POST", "/notifications/read", { body: { up_to: upTo } })).unread;
