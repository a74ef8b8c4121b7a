// The tweet being written. One draft, shown by every composer on the page, saved as it is typed
// and given up only when it has been published or its writer signs out.
import { batch, computed, effect, signal } from "@preact/signals";
import { load, save, forget } from "../lib/storage.js";
import { countBytes, countGraphemes } from "../lib/text.js";
import { limits, whenViewerLeaves } from "./session.js";

const stored = load("draft");

export const text = signal(stored?.text ?? "");
export const attachments = signal([]);
// Pictures of a stored draft, until attachments.js, which is fetched when needed, takes them over.
export const unrestored = signal(stored?.media ?? []);

export const restored = signal(Boolean(stored?.text || stored?.media?.length));
export const sending = signal(false);
export const failure = signal(null);
// "too_many" after more pictures were given than a tweet may have.
export const remark = signal(null);

export const length = computed(() => countGraphemes(text.value));
export const tooLong = computed(
  () => length.value > limits.value.tweet_max_length || countBytes(text.value) > limits.value.tweet_max_bytes,
);
export const empty = computed(() => text.value.trim() === "" && attachments.value.length === 0);
export const sendable = computed(() => !empty.value && !tooLong.value && !sending.value);

let unsaved = null;
let saving;
effect(() => {
  unsaved = {
    text: text.value,
    // A picture that reached the server can be named again after a reload; a file cannot.
    media: [
      ...unrestored.value,
      ...attachments.value
        .filter((one) => one.media.value)
        .map((one) => ({ media: one.media.value, alt: one.alt.value })),
    ],
  };
  clearTimeout(saving);
  saving = setTimeout(saveNow, 250);
});

function saveNow() {
  clearTimeout(saving);
  if (unsaved.text || unsaved.media.length) save("draft", unsaved);
  else forget("draft");
}

addEventListener("pagehide", saveNow);
addEventListener("beforeunload", (event) => {
  // Text survives a reload; a picture that is still here only does not.
  if (attachments.value.some((one) => !one.media.value)) event.preventDefault();
});

export function clearDraft() {
  for (const attachment of attachments.value) attachment.release();
  batch(() => {
    unrestored.value = [];
    text.value = "";
    attachments.value = [];
    restored.value = false;
    failure.value = null;
    remark.value = null;
  });
  saveNow();
}

// Publishes the draft and resolves to the tweet, or to null after a failure, which is shown
// beside the text that caused it.
export async function sendDraft() {
  if (!sendable.value) return null;
  failure.value = null;
  sending.value = true;
  try {
    const { publish } = await import("./publish.js");
    const tweet = await publish(text.value, attachments.value);
    clearDraft();
    return tweet;
  } catch (error) {
    failure.value = error.type ? error : { type: "unreachable" };
    return null;
  } finally {
    sending.value = false;
  }
}

// A deleted tweet's words come back to be written better; what is being written stays before them.
export function redraft(content) {
  text.value = text.value.trim() ? `${text.value.trimEnd()}\n\n${content}` : content;
}

whenViewerLeaves((left) => {
  if (left) clearDraft();
});
