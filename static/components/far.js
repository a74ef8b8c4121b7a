// Parts of a page that are far below: fetched, and drawn, only when one comes to them.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { html } from "../lib/html.js";
import { lazy } from "./lazy.js";

// Stands there until then: with its heading, for who reads those, and high enough that what is below stays there.
const Place = ({ title, place }) =>
  html`<section class="settings-part in-view" ref=${place}><h2>${title}</h2></section>`;

// Wraps `load`, which imports a module whose default export is a component. It wants a `title`.
export function far(load) {
  const Part = lazy(load, { Waiting: Place });
  return (props) => {
    const near = useSignal(false);
    const place = useRef(null);
    useEffect(() => {
      const observer = new IntersectionObserver(([entry]) => {
        if (entry.isIntersecting) near.value = true;
      });
      observer.observe(place.current);
      return () => observer.disconnect();
    }, []);
    return html`<${near.value ? Part : Place} place=${place} ...${props} />`;
  };
}
