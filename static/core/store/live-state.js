// Whether the page follows the server, for parts that show this or reload because of it.
import { computed, signal } from "@preact/signals";
import { shownFrom } from "../api/http.js";

// off, connecting, live, or waiting for another try
export const live = signal("off");
// Since when there have been no live updates, as ISO 8601; null while there are, or while they are not missed.
export const awaySince = signal(null);
// Whether the line under the page's head says that the server is out of reach (features/offline/connection.js).
export const away = computed(() => shownFrom.value !== null || awaySince.value !== null);
// Grows when something may have been missed: what a page shows besides feeds is read anew.
export const missed = signal(0);
// Gets "now" when there is a reason to believe that the server can be reached again.
export const hurry = new EventTarget();
