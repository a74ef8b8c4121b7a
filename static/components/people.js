// A person in small: the squircle with an initial, and a moment in words.
import { useComputed } from "@preact/signals";
import { html } from "../lib/html.js";
import { firstGrapheme, withoutDirection } from "../lib/text.js";
import { fullTime, timeAgo } from "../lib/time.js";
import { Icon } from "./icon.js";

const COLOURS = 8;

export function Avatar({ user, size = "medium" }) {
  const colour = user ? `tint-${user.id % COLOURS}` : "tint-none";
  const initial = user && firstGrapheme(withoutDirection(user.name).trim()).toUpperCase();
  return html`<span class=${`avatar ${size} ${colour}`} aria-hidden="true">
    ${initial ?? html`<${Icon} name="user" />`}
  </span>`;
}

// Only the words change as time goes by: a computed signal writes them into the page itself.
export function TimeAgo({ iso }) {
  const words = useComputed(() => timeAgo(iso));
  const explain = (event) => {
    event.currentTarget.title = fullTime(iso);
  };
  return html`<time datetime=${iso} onMouseEnter=${explain}>${words}</time>`;
}
