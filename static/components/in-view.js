// What is drawn, and fetched, only when it is about to be seen.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { html } from "../lib/html.js";

// How far below the window it may be.
const AHEAD = "100px";

// `title` stands there until then, for who reads the headings of a page.
export function InView({ title, children }) {
  const near = useSignal(false);
  const place = useRef(null);
  useEffect(() => {
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry.isIntersecting) near.value = true;
      },
      { rootMargin: AHEAD },
    );
    observer.observe(place.current);
    return () => observer.disconnect();
  }, []);
  if (near.value) return children;
  return html`<section class="settings-part in-view" ref=${place}><h2>${title}</h2></section>`;
}
