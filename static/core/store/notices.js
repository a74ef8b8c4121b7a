// Short messages that concern the page as a whole, and the words for screen readers.
import { signal } from "@preact/signals";

const SHOWN_FOR = 5000;
// With a button, long enough to reach it.
export const SHOWN_TO_UNDO = 10_000;

/** @type {import("@preact/signals").Signal<{text: string, undo: (() => void) | null, words: string} | null>} */
export const notice = signal(null);
export const announcement = signal("");

// Whether tweets are on their way to the server, or were not sent: see outbox.js.
export const outgoing = signal(false);

let timer;

/**
 * @param {string} text
 * @param {(() => void) | null} undo what is offered beside it
 * @param {string} words of the button for that
 */
export function notify(text, undo = null, words = "action.undo") {
  notice.value = { text, undo, words };
  countDown();
}

// From now on; it stays while its button has the focus.
export function countDown() {
  clearTimeout(timer);
  timer = setTimeout(dismissNotice, notice.value?.undo ? SHOWN_TO_UNDO : SHOWN_FOR);
}

export const holdNotice = () => clearTimeout(timer);

export function dismissNotice() {
  clearTimeout(timer);
  notice.value = null;
}

export function announce(text) {
  // The same words twice are read once: a live region speaks when it changes.
  announcement.value = announcement.value === text ? `${text}\u00a0` : text;
}
