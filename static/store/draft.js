// The tweet being written. One draft, shown by every composer on the page and by every tab, saved as it is
// typed and given up only when it has been handed over to be sent or its writer signs out.
import { batch, computed, effect, signal } from "@preact/signals";
import { ApiError } from "../api/http.js";
import { load, save, forget, watch } from "../lib/storage.js";
import { countBytes, countGraphemes } from "../lib/count.js";
import { token } from "../lib/token.js";
import { key, limits, viewer, whenViewerLeaves } from "./session.js";

const NOTHING = { text: "", media: [] };

// What a stored draft says, whoever stored it and however far its pictures are.
const meaning = (draft) =>
  JSON.stringify([draft.text, draft.media.map((one) => [one.file ?? one.media?.id, one.alt])]);

const stored = load("draft") ?? NOTHING;

export const text = signal(stored.text);
export const attachments = signal([]);
// Pictures of a stored draft, until attachments.js, which is fetched when needed, takes them over.
export const unrestored = signal(stored.media);

export const restored = signal(Boolean(stored.text || stored.media.length));
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

// The name under which this tweet is published once, where it was sent before and came back to be edited.
let once = stored.once ?? null;

// What is written down of a picture: its file in this browser, and what the server made of it.
export const toStored = (one) => ({
  file: one.fileId,
  name: one.name,
  alt: one.alt.value,
  media: one.media.value,
});

const content = () => ({
  text: text.value,
  media: [...unrestored.value, ...attachments.value.map(toStored)],
  once,
});

// Tabs share one place for the draft. A tab that nobody has typed in follows what the others store there;
// two that were typed in at once must not write over each other, so the later one gets a place of its own
// among the tweets that wait (outbox.js), where it is seen from everywhere.
let place = "draft";
let seen = meaning(stored);
let saving;

export function saveNow() {
  clearTimeout(saving);
  const mine = content();
  const said = meaning(mine);
  if (place === "draft") {
    const found = meaning(load("draft") ?? NOTHING);
    if (found !== seen && said === seen) return;
    if (found !== seen && found !== said && found !== meaning(NOTHING)) place = `outbox.${token()}`;
  }
  if (said === meaning(NOTHING)) {
    forget(place);
    place = "draft";
    seen = said;
    once = null;
  } else if (place === "draft") {
    save(place, mine);
    seen = said;
  } else {
    save(place, { ...mine, once: place.slice(7), owner: viewer.value?.id, at: Date.now(), kept: true });
  }
}

effect(() => {
  content();
  clearTimeout(saving);
  saving = setTimeout(saveNow, 250);
});

watch("draft", (value) => {
  const found = value ?? NOTHING;
  if (place !== "draft" || meaning(content()) !== seen || sending.value) return;
  seen = meaning(found);
  if (seen === meaning(content())) return;
  for (const attachment of attachments.value) attachment.release();
  batch(() => {
    text.value = found.text;
    attachments.value = [];
    unrestored.value = found.media;
    once = found.once ?? null;
  });
});

addEventListener("pagehide", saveNow);
addEventListener("beforeunload", (event) => {
  // A picture that neither the server nor this browser could keep goes with the page.
  if (attachments.value.some((one) => !one.media.value && !one.kept)) event.preventDefault();
});

// Takes the draft out of the composer and returns it, its pictures as they are; null where there is none.
export function takeDraft() {
  if (empty.value) return null;
  const taken = { text: text.value, attachments: attachments.value, once };
  putDraft({ text: "", attachments: [], once: null });
  return taken;
}

// Puts a draft into the composer, in place of what is there.
export function putDraft(draft) {
  clearTimeout(saving);
  batch(() => {
    once = draft.once;
    unrestored.value = [];
    text.value = draft.text;
    attachments.value = draft.attachments;
    restored.value = false;
    failure.value = null;
    remark.value = null;
  });
}

// Hands the draft over to be sent and resolves to whether it was: what cannot be sent stays, and why is
// shown beside it.
export async function sendDraft() {
  if (!sendable.value) return false;
  failure.value = null;
  sending.value = true;
  try {
    if (!viewer.value) throw new ApiError(key.value ? "invalid_key" : "missing_key");
    const missing = (one) => one.state.value === "failed" && !one.media.value;
    if (attachments.value.some(missing)) throw new ApiError("picture_failed");
    const { post } = await import("./outbox.js");
    post();
    return true;
  } catch (error) {
    failure.value = error.type ? error : { type: "unreachable" };
    return false;
  } finally {
    sending.value = false;
  }
}

// A deleted tweet's words come back to be written better; what is being written stays before them.
export function redraft(words) {
  text.value = [text.value.trimEnd(), words].filter((part) => part.trim()).join("\n\n");
}

whenViewerLeaves((left) => {
  if (!left) return;
  for (const attachment of attachments.value) attachment.release();
  putDraft({ text: "", attachments: [], once: null });
  saveNow();
});
