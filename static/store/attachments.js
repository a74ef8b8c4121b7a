// A picture on its way to the server: what it looks like, how far it is, what went wrong.
import { batch, signal } from "@preact/signals";
import { ApiError } from "../api/http.js";
import { describeMedia, uploadMedia } from "../api/media.js";
import { attachments, remark, unrestored } from "./draft.js";
import { instance, key, limits } from "./session.js";

let count = 0;

function attachment(file, preview) {
  count += 1;
  const one = {
    id: count,
    file,
    preview,
    name: file?.name ?? "",
    // waiting → uploading → ready, or failed
    state: signal("waiting"),
    progress: signal(0),
    error: signal(null),
    alt: signal(""),
    savedAlt: "",
    media: signal(null),
    abort: null,
    finished: Promise.resolve(),
    describe: () => describe(one),
    settle: (media) => settle(one, media),
    release: () => release(one),
  };
  return one;
}

const createAttachment = (file) => attachment(file, URL.createObjectURL(file));

function restoreAttachment({ media, alt }) {
  const restored = attachment(null, media.small_url || media.url);
  restored.media.value = media;
  restored.alt.value = alt;
  restored.savedAlt = media.alt ?? "";
  restored.state.value = "ready";
  return restored;
}

// A type that the server is sure to refuse is not sent to it. The browser guesses types by name,
// so an unknown one is left to the server, which looks at the content.
function refuse(file) {
  const { accepted_types: accepted } = instance.value;
  if (file.type && !accepted.includes(file.type)) throw new ApiError("unsupported_media_type");
}

async function fitted(file) {
  if (file.size <= limits.value.media_max_bytes) return file;
  const { shrink } = await import("../lib/shrink.js");
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
    one.savedAlt = alt;
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

// Sends the description if it changed since the server last heard it.
export async function describe(one) {
  const alt = one.alt.value.trim();
  if (!one.media.value || alt === one.savedAlt) return;
  try {
    await describeMedia(one.media.value.id, alt);
    one.savedAlt = alt;
    one.error.value = null;
    one.state.value = "ready";
  } catch (error) {
    one.error.value = error;
    one.state.value = "failed";
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
  if (one.file) URL.revokeObjectURL(one.preview);
}

export function addFiles(fileList) {
  const files = [...fileList];
  const room = limits.value.media_per_tweet - attachments.value.length;
  remark.value = files.length > room ? "too_many" : null;
  const added = files.slice(0, Math.max(0, room)).map(createAttachment);
  attachments.value = [...attachments.value, ...added];
  for (const one of added) upload(one);
}

export function removeAttachment(attachment) {
  attachment.release();
  remark.value = null;
  attachments.value = attachments.value.filter((one) => one !== attachment);
}

export function restorePictures() {
  const media = unrestored.value;
  batch(() => {
    unrestored.value = [];
    attachments.value = [...media.map(restoreAttachment), ...attachments.value];
  });
}
