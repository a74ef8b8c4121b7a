// A picture on its way to the server: what it looks like, how far it is, what went wrong.
import { batch, signal } from "@preact/signals";
import { ApiError } from "../../core/api/http.js";
import { describeMedia, uploadMedia } from "../../core/api/media.js";
import { dropFile, keepFile, readFile } from "../../core/lib/files.js";
import { whenTold } from "../../core/live/listeners.js";
import { token } from "../../core/lib/token.js";
import { SHOWN_TO_UNDO, notify } from "../../core/store/notices.js";
import { t } from "../../core/words/words.js";
import { everyDraft } from "./draft.js";
import { instance, key, limits } from "../../core/store/session.js";

/** @import { FocusJson } from "../../core/api/shapes.js" */

// What the server's worker made of a picture, where that took longer than the upload.
whenTold("media", ({ media }) => {
  for (const { attachments } of everyDraft()) {
    for (const one of attachments.value) if (one.media.value?.id === media.id) one.settle(media);
  }
});

let count = 0;

function attachment(file, fileId, name) {
  count += 1;
  const one = {
    id: count,
    file,
    // The name of the file in this browser (lib/files.js), and whether it is there by now.
    fileId,
    kept: false,
    preview: signal(file ? URL.createObjectURL(file) : null),
    name,
    // waiting → uploading → ready, or failed
    state: signal("waiting"),
    progress: signal(0),
    error: signal(null),
    alt: signal(""),
    /** @type {import("@preact/signals").Signal<FocusJson | null>} */
    focus: signal(null),
    // What the server has of both.
    saved: "",
    // What it was cropped from, until the page is left: a file, and which part of it this is.
    original: null,
    media: signal(null),
    // Whether it is already in a tweet: then its description changes only when the edit is saved.
    published: false,
    abort: null,
    finished: Promise.resolve(),
    settle: (media) => settle(one, media),
    release: () => release(one),
  };
  return one;
}

function createAttachment(file) {
  const created = attachment(file, token(), file.name);
  keepFile(created.fileId, file).then((kept) => {
    created.kept = kept;
  });
  return created;
}

// What its writer says about it.
const descriptionOf = (one) => ({ alt: one.alt.value.trim(), focus: one.focus.value });

// What the server says about it.
export const savedIn = (media) => JSON.stringify({ alt: media.alt ?? "", focus: media.focus ?? null });

// A picture of the server as a file.
export async function fileOf({ id, url }) {
  const response = await fetch(url);
  if (!response.ok) throw new TypeError(url);
  const blob = await response.blob();
  return new File([blob], `picture-${id}`, { type: blob.type });
}

// A picture as it was stored: shown at once where the server has it, else as soon as its file is read.
export function restoreAttachment({ file: fileId, name, media, alt, focus = media?.focus ?? null, published = false }) {
  const restored = attachment(null, fileId ?? null, name ?? "");
  restored.published = published;
  restored.alt.value = alt;
  restored.focus.value = focus;
  restored.kept = Boolean(fileId);
  restored.found = fileId ? findFile(restored) : Promise.resolve();
  if (media) {
    restored.media.value = media;
    restored.saved = savedIn(media);
    restored.preview.value = media.small_url || media.url;
    restored.state.value = "ready";
  }
  return restored;
}

async function findFile(one) {
  one.file = await readFile(one.fileId);
  if (one.file && !one.preview.value) one.preview.value = URL.createObjectURL(one.file);
}

// A type that the server is sure to refuse is not sent to it. The browser guesses types by name,
// so an unknown one is left to the server, which looks at the content.
function refuse(file) {
  const { accepted_types: accepted } = instance.value;
  if (file.type && !accepted.includes(file.type)) throw new ApiError("unsupported_media_type");
}

async function fitted(file) {
  if (file.size <= limits.value.media_max_bytes) return file;
  const { shrink } = await import("./shrink.js");
  const smaller = await shrink(file, limits.value.media_max_bytes);
  if (!smaller) throw new ApiError("too_large");
  return smaller;
}

async function send(one) {
  one.error.value = null;
  one.progress.value = 0;
  one.state.value = "uploading";
  one.abort = new AbortController();
  try {
    await one.found;
    if (!one.file) throw new ApiError("picture_lost");
    refuse(one.file);
    if (!key.value) throw new ApiError("missing_key");
    const file = await fitted(one.file);
    const alt = one.alt.value.trim();
    const media = await uploadMedia(file, alt, {
      progress: (share) => {
        one.progress.value = share;
      },
      signal: one.abort.signal,
    });
    if (media.state === "broken") throw new ApiError("broken_picture");
    one.saved = savedIn(media);
    one.media.value = media;
    one.state.value = "ready";
  } catch (error) {
    if (error.name === "AbortError") return;
    one.error.value = error;
    one.state.value = "failed";
  }
}

function upload(one) {
  one.finished = send(one);
  return one.finished;
}

// What the server's worker made of it, where that took longer than the upload.
function settle(one, media) {
  one.media.value = media;
  if (media.state !== "broken") return;
  one.error.value = new ApiError("broken_picture");
  one.state.value = "failed";
}

// Sees to it that the server has the picture, or is getting it.
export async function ensureUploaded(one) {
  if (one.state.value === "waiting" || (one.state.value === "failed" && !one.media.value)) upload(one);
  await one.finished;
  await describe(one);
}

// The server keeps for a day what nobody tweets. Asks whether it still has the picture, and sends it
// again where it has not.
export async function renew(one) {
  if (one.published) return;
  try {
    await describeMedia(one.media.value.id, descriptionOf(one));
  } catch (error) {
    await sendAgain(one, error);
  }
}

// After an answer about a picture that failed: one that is gone there is sent again, if it is still here.
async function sendAgain(one, error) {
  await one.found;
  if (error.type === "media_not_found" && one.file) {
    one.media.value = null;
    await upload(one);
    return;
  }
  one.error.value = error;
  one.state.value = "failed";
}

// Sends the description and the focal point if they changed since the server last heard them.
export async function describe(one) {
  const said = descriptionOf(one);
  if (!one.media.value || one.published || JSON.stringify(said) === one.saved) return;
  try {
    one.saved = savedIn(await describeMedia(one.media.value.id, said));
    one.error.value = null;
    one.state.value = "ready";
  } catch (error) {
    await sendAgain(one, error);
  }
}

// Tries again whatever failed: the upload, or only its description.
export const retry = (one) => {
  if (!one.media.value) return upload(one);
  one.finished = describe(one);
  return one.finished;
};

function release(one) {
  one.abort?.abort();
  if (one.preview.value?.startsWith("blob:")) URL.revokeObjectURL(one.preview.value);
}

// The picture is published, or not wanted any more: its file need not be kept.
export function giveUp(one) {
  one.release();
  if (one.fileId) dropFile(one.fileId);
}

export function addFiles(draft, fileList) {
  const files = [...fileList];
  const { attachments, remark } = draft;
  const room = limits.value.media_per_tweet - attachments.value.length;
  remark.value = files.length > room ? "too_many" : null;
  const added = files.slice(0, Math.max(0, room)).map(createAttachment);
  attachments.value = [...attachments.value, ...added];
  for (const one of added) upload(one);
}

// For ten seconds, you can undo removing a picture that has a description.
export function removeAttachment({ attachments, remark }, removed) {
  const at = attachments.value.indexOf(removed);
  remark.value = null;
  attachments.value = attachments.value.filter((one) => one !== removed);
  if (!removed.alt.value.trim()) {
    giveUp(removed);
    return;
  }
  const timer = setTimeout(() => giveUp(removed), SHOWN_TO_UNDO);
  notify(t("compose.picture_removed"), () => {
    clearTimeout(timer);
    attachments.value = [...attachments.value.slice(0, at), removed, ...attachments.value.slice(at)];
  });
}

export function setFocus(one, focus) {
  one.focus.value = focus;
  describe(one);
}

// Puts a part of the picture in its place, or all of it again. Returns that attachment.
export function exchange({ attachments }, one, part, original) {
  const cropped = createAttachment(part);
  cropped.name = one.name;
  cropped.original = original;
  cropped.alt.value = one.alt.value;
  attachments.value = attachments.value.map((other) => (other === one ? cropped : other));
  giveUp(one);
  upload(cropped);
  return cropped;
}

// Moves a picture to another place: the order here is the order in the tweet.
export function movePicture({ attachments }, one, to) {
  const others = attachments.value.filter((other) => other !== one);
  if (to < 0 || to > others.length) return;
  attachments.value = [...others.slice(0, to), one, ...others.slice(to)];
}

export function restorePictures({ attachments, unrestored }) {
  const pictures = unrestored.value.map(restoreAttachment);
  batch(() => {
    unrestored.value = [];
    attachments.value = [...pictures, ...attachments.value];
  });
  for (const one of pictures) if (!one.media.value) upload(one);
}
