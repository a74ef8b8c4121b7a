// Publishing a tweet or a thread: the pictures first, then the texts.
import { ApiError } from "../../core/api/http.js";
import { publishThread, publishTweet } from "../../core/api/publishing.js";
import { ensureUploaded, renew } from "./attachments.js";
import { viewer } from "../../core/store/session.js";
import { quoteOf, replyTo } from "./targets.js";

// Waits for uploads and descriptions, so that "Tweet" may be pressed while they run.
export async function readyMedia(pictures) {
  const ids = [];
  for (const one of pictures) {
    await ensureUploaded(one);
    if (one.state.value !== "ready") throw pictureError(one);
    ids.push(one.media.value.id);
  }
  return ids;
}

// What is wrong with the picture, and which it is.
function pictureError({ error, name }) {
  const { type, message, status, retryAfter } = error.value ?? { type: "picture_failed" };
  return Object.assign(new ApiError(type, message, { status, retryAfter }), { picture: name });
}

// Resolves to the tweets as the server tells them, or rejects with what it said. `once` is the name under
// which it is published once. `beforeSending` is called when the text is about to go, and stops it by throwing.
export async function publish({ parts, target, choices, once, owner, beforeSending }) {
  for (let renewed = false; ; renewed = true) {
    const ready = [];
    for (const { text, pictures } of parts) ready.push({ text, mediaIds: await readyMedia(pictures) });
    // Another person may have signed in while the pictures were under way.
    if (viewer.value?.id !== owner) throw new ApiError("invalid_key");
    beforeSending();
    try {
      const how = { replyTo: replyTo(target), quoteOf: quoteOf(target), choices, once };
      return ready.length > 1 ? (await publishThread(ready, how)).tweets : [(await publishTweet(ready[0], how)).tweet];
    } catch (error) {
      if (renewed || error.type !== "media_not_found") throw error;
      await Promise.all(parts.flatMap(({ pictures }) => pictures).map(renew));
    }
  }
}
