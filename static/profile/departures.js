// Counts people who left while the page was open: a profile that is shown looks whether it was theirs.
import { signal } from "@preact/signals";

export const departures = signal(0);
