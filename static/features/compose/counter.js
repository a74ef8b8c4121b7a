// How much of the tweet's length is used: a number and a ring.
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import { limits } from "../../core/store/session.js";
import "./words.js";

const RADIUS = 10;
const AROUND = 2 * Math.PI * RADIUS;
const NEAR = 20;

export function Counter({ id, draft }) {
  const most = limits.value.tweet_max_length;
  const left = most - draft.length.value;
  const share = Math.min(1, draft.length.value / most);
  const level = left < 0 ? "over" : left <= NEAR ? "near" : "fine";
  // Screen readers hear it where it matters and not at every key.
  const spoken = level === "fine" ? "" : t("compose.left", { count: left });
  return html`<span class=${`counter ${level}`}>
    <span id=${id} aria-label=${t("compose.left", { count: left })} role="img">${left}</span>
    <svg viewBox="0 0 26 26" aria-hidden="true">
      <circle cx="13" cy="13" r=${RADIUS} />
      <circle class="used" cx="13" cy="13" r=${RADIUS} stroke-dasharray=${`${share * AROUND} ${AROUND}`} />
    </svg>
    <span class="hidden" role="status">${spoken}</span>
  </span>`;
}
