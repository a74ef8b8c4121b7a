// A person in small: the squircle with an initial, and a moment in words.
import { useComputed, useSignal } from "@preact/signals";
import { html } from "./html.js";
import { firstGrapheme, withoutDirection } from "../words/text.js";
import { fullTime, timeAgo } from "../words/time.js";
import { Icon } from "./icon.js";
import { media } from "./media.js";

const COLOURS = 8;

// The class that gives this person's colour.
export const tintOf = (id) => `tint-${id % COLOURS}`;

export function Avatar({ user, size = "medium" }) {
  const colour = user ? tintOf(user.id) : "tint-none";
  const initial = user && firstGrapheme(withoutDirection(user.name).trim()).toUpperCase();
  return html`<span class=${`avatar ${size} ${colour}`} aria-hidden="true">
    ${user?.avatar ? html`<${Picture} key=${user.avatar} path=${user.avatar} size=${size} initial=${initial} />` : (initial ?? html`<${Icon} name="user" />`)}
  </span>`;
}

// Whether pictures should keep still.
const calm = media("(prefers-reduced-motion: reduce)");

// Only the profile's own picture may move. One that was just chosen has no variants yet.
function Picture({ path, size, initial }) {
  const isGone = useSignal(false);
  if (isGone.value) return initial;
  const suffix = path.startsWith("blob:") ? "" : size !== "large" ? "-small" : calm.value ? "-medium" : "";
  return html`<img src=${path + suffix} alt="" loading="lazy" decoding="async" draggable=${false} onError=${() => (isGone.value = true)} />`;
}

export const PersonAvatar = ({ person, size }) =>
  html`<${Avatar} user=${{ id: person.id, name: person.name.value, avatar: person.avatar.value }} size=${size} />`;

// Only the words change as time goes by: a computed signal writes them into the page itself.
export function TimeAgo({ iso }) {
  const words = useComputed(() => timeAgo(iso));
  const explain = (event) => {
    event.currentTarget.title = fullTime(iso);
  };
  return html`<time datetime=${iso} onMouseEnter=${explain}>${words}</time>`;
}
