// Media queries as signals.
import { signal } from "@preact/signals";

/** Whether the query matches, now and whenever that changes. */
export function media(query) {
  const list = matchMedia(query);
  const matches = signal(list.matches);
  list.addEventListener("change", (event) => {
    matches.value = event.matches;
  });
  return matches;
}

// Whether there is room for the aside beside the column (styles/layout.css).
export const wide = media("(min-width: 1081px)");
