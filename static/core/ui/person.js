// A person in small: the squircle with an initial, and a moment in words.
import { useComputed } from "@preact/signals";
import { html } from "./html.js";
import { firstGrapheme, withoutDirection } from "../words/text.js";
import { fullTime, timeAgo } from "../words/time.js";
import { Icon } from "./icon.js";

const COLOURS = 8;

// The class that gives this person's colour.
export const tintOf = (id) => `tint-${id % COLOURS}`;

export function Avatar({ user, size = "medium" }) {
  const colour = user ? tintOf(user.id) : "tint-none";
  const initial = user && firstGrapheme(withoutDirection(user.name).trim()).toUpperCase();
  return html`<span class=${`avatar ${size} ${colour}`} aria-hidden="true">
    ${initial ?? html`<${Icon} name="user" />`}
  </span>`;
}

export const PersonAvatar = ({ person, size }) =>
  html`<${Avatar} user=${{ id: person.id, name: person.name.value }} size=${size} />`;

// Only the words change as time goes by: a computed signal writes them into the page itself.
export function TimeAgo({ iso }) {
  const words = useComputed(() => timeAgo(iso));
  const explain = (event) => {
    event.currentTarget.title = fullTime(iso);
  };
  return html`<time datetime=${iso} onMouseEnter=${explain}>${words}</time>`;
}
