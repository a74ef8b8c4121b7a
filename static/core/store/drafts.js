// Drafts on the server: when one of them has changed, perhaps on another device.
import { signal } from "@preact/signals";

/** Grows with each change. */
export const draftNews = signal(0);
