// How much of the tweet's length is used: a number and a ring.
import { computed } from "@preact/signals";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { length } from "../store/draft.js";
import { limits } from "../store/session.js";

const RADIUS = 10;
const AROUND = 2 * Math.PI * RADIUS;
const NEAR = 20;

const left = computed(() => limits.value.tweet_max_length - length.value);
const share = computed(() => Math.min(1, length.value / limits.value.tweet_max_length));
const level = computed(() => (left.value < 0 ? "over" : left.value <= NEAR ? "near" : "fine"));
// Screen readers hear it where it matters and not at every key.
const spoken = computed(() => (level.value === "fine" ? "" : left.value));

export function Counter({ id }) {
  return html`<span class=${`counter ${level.value}`}>
    <span id=${id} aria-label=${t("compose.left", { count: left.value })} role="img">${left}</span>
    <svg viewBox="0 0 26 26" aria-hidden="true">
      <circle cx="13" cy="13" r=${RADIUS} />
      <circle class="used" cx="13" cy="13" r=${RADIUS} stroke-dasharray=${`${share.value * AROUND} ${AROUND}`} />
    </svg>
    <span class="hidden" role="status">${spoken.value === "" ? "" : t("compose.left", { count: spoken.value })}</span>
  </span>`;
}
