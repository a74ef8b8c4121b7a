// Requests to follow the viewer.
import { signal } from "@preact/signals";

/** Counts what the server told about them. */
export const requestNews = signal(0);
