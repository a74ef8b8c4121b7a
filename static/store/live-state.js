// Whether what is shown follows the server, for whoever wants to say so or to read anew.
import { signal } from "@preact/signals";

// off, connecting, live, or waiting for another try
export const live = signal("off");
// Since when there have been no live updates, as ISO 8601; null while there are, or while they are not missed.
export const awaySince = signal(null);
// Grows when something may have been missed: what a page shows besides feeds is read anew.
export const missed = signal(0);
// Gets "now" when there is a reason to believe that the server can be reached again.
export const hurry = new EventTarget();
