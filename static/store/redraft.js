// A tweet that is deleted comes back into the composer to be written better, with its pictures.
import { notify } from "./notices.js";
import { addFiles } from "./attachments.js";
import { deleteNow } from "./deletions.js";
import { attachments, redraft } from "./draft.js";
import { t } from "../lib/i18n.js";

const begun = new Set();

async function fileOf({ id, url }) {
  const response = await fetch(url);
  if (!response.ok) throw new TypeError(url);
  const blob = await response.blob();
  return new File([blob], `picture-${id}`, { type: blob.type });
}

// Resolves to whether it is in the composer. The pictures are fetched before they go with the tweet, and from
// then on nobody takes the deletion back: the words would be in two places.
export async function writeAgain(tweet) {
  if (begun.has(tweet)) return false;
  begun.add(tweet);
  try {
    const media = tweet.media.value.filter((one) => one.state === "ready");
    const files = await Promise.all(media.map(fileOf));
    const before = attachments.value.length;
    redraft(tweet.content);
    addFiles(files);
    attachments.value.slice(before).forEach((one, index) => (one.alt.value = media[index].alt));
  } catch {
    begun.delete(tweet);
    notify(t("error.unreachable"));
    return false;
  }
  deleteNow(tweet);
  return true;
}
