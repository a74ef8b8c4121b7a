// Whether what is shown follows the server, for whoever wants to say so or to read anew.
import { signal } from "@preact/signals";

// off, connecting, live, or waiting for another try
export const live = signal("off");
// Grows when events may have been missed: what a page shows besides feeds is read anew.
export const missed = signal(0);
