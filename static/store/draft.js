// The tweet being written. One draft, shown by every composer on the page, saved as it is typed
// and given up only when it has been published or its writer signs out.
import { batch, computed, effect, signal } from "@preact/signals";
import { publishTweet } from "../api/tweets.js";
import { ApiError } from "../api/http.js";
import { load, save, forget } from "../lib/storage.js";
import { countBytes, countGraphemes } from "../lib/text.js";
import { insertOwnTweet } from "./feeds.js";
import { key, limits, whenViewerLeaves } from "./session.js";
import { keepTweet } from "./tweets.js";

// Most tweets have no picture, so what sends pictures is fetched with the first one.
const pictures = () => import("./attachments.js");

const stored = load("draft");
let unrestored = stored?.media ?? [];

export const text = signal(stored?.text ?? "");
export const attachments = signal([]);
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
      ...unrestored,
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

async function restorePictures() {
  const { restoreAttachment } = await pictures();
  const restoredOnes = unrestored.map(restoreAttachment);
  unrestored = [];
  attachments.value = [...restoredOnes, ...attachments.value];
}
if (unrestored.length) restorePictures();

export async function addFiles(fileList) {
  // Read before anything is awaited: a drop's files are gone after its event.
  const files = [...fileList];
  const { createAttachment, upload } = await pictures();
  const room = limits.value.media_per_tweet - attachments.value.length;
  remark.value = files.length > room ? "too_many" : null;
  const added = files.slice(0, Math.max(0, room)).map(createAttachment);
  attachments.value = [...attachments.value, ...added];
  for (const attachment of added) upload(attachment);
}

export function removeAttachment(attachment) {
  attachment.release();
  remark.value = null;
  attachments.value = attachments.value.filter((one) => one !== attachment);
}

export function clearDraft() {
  for (const attachment of attachments.value) attachment.release();
  unrestored = [];
  batch(() => {
    text.value = "";
    attachments.value = [];
    restored.value = false;
    failure.value = null;
    remark.value = null;
  });
  saveNow();
}

// Waits for uploads and descriptions, so that "Tweet" may be pressed while they run.
async function readyMedia() {
  const ids = [];
  for (const attachment of attachments.value) {
    await attachment.finished;
    await attachment.describe();
    if (attachment.state.value !== "ready") throw new ApiError("picture_failed");
    ids.push(attachment.media.value.id);
  }
  return ids;
}

// Publishes the draft and resolves to the tweet, or to null after a failure, which is shown
// beside the text that caused it.
export async function sendDraft() {
  if (!sendable.value) return null;
  failure.value = null;
  sending.value = true;
  try {
    if (!key.value) throw new ApiError("missing_key");
    const answer = await publishTweet(text.value, await readyMedia());
    const tweet = keepTweet(answer.tweet);
    clearDraft();
    insertOwnTweet(tweet);
    return tweet;
  } catch (error) {
    failure.value = error;
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
