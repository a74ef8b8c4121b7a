// Drafts and scheduled tweets on the server: putting there what the composer holds, and taking it back into one.
import { deleteDraft, saveDraft } from "../../core/api/drafts.js";
import { draftNews } from "../../core/store/drafts.js";
import { navigate } from "../../core/router.js";
import { notify } from "../../core/store/notices.js";
import { openComposer, openQuote } from "../../core/store/openers.js";
import { refreshTweet } from "../../core/store/tweets.js";
import { t } from "../../core/words/words.js";
import { restoreAttachment, restorePictures } from "./attachments.js";
import { choicesOf } from "./choices.js";
import { putInComposer } from "./outbox.js";
import { readyMedia } from "./publish.js";
import { quoteOf, replyTo, targetOf, targetOfQuote } from "./targets.js";
import "./words.js";

/** @import { SavedDraftJson } from "../../core/api/shapes.js" */

// Saves what the composer holds, at the time chosen there if there is one, and empties the composer.
/** @param {import("./draft.js").Draft} draft */
export async function keepOnServer(draft) {
  draft.parts.value.forEach(restorePictures);
  const tweets = [];
  for (const part of draft.parts.value.filter((one) => !one.blank.value)) {
    tweets.push({ tweet_data: part.text.value, tweet_media_ids: await readyMedia(part.attachments.value) });
  }
  const { draft_id: id, ...choices } = choicesOf(draft);
  const about = { in_reply_to_id: replyTo(draft.target), quote_of_id: quoteOf(draft.target) };
  const save = (known) => saveDraft(known, { ...choices, ...about, tweets });
  try {
    await save(id);
  } catch (error) {
    // Deleted meanwhile, on another device.
    if (error.type !== "draft_not_found") throw error;
    await save(null);
  }
  draft.clear();
  draft.saveAll();
  draftNews.value += 1;
  const words = choices.publish_at ? "compose.scheduled" : "compose.saved_draft";
  notify(t(words), () => navigate(choices.publish_at ? "/drafts/scheduled" : "/drafts"), "compose.view");
}

/** @param {SavedDraftJson} saved */
export async function takeBack(saved) {
  const { id, in_reply_to_id: parent, quote_of_id: quoted, publish_at: at, poll, warning, sensitive, visibility } = saved;
  const target = parent ? targetOf(parent) : quoted ? targetOfQuote(quoted) : "new";
  if (quoted) await refreshTweet(quoted);
  const pictures = new Map(saved.media.map((media) => [media.id, media]));
  const parts = saved.tweets.map(({ tweet_data: text, tweet_media_ids: ids }) => ({
    text: text ?? "",
    pictures: (ids ?? [])
      .filter((one) => pictures.has(one))
      .map((one) => restoreAttachment({ file: null, name: "", media: pictures.get(one), alt: pictures.get(one).alt })),
  }));
  const choices = {
    draft_id: id,
    who_may_reply: saved.who_may_reply,
    who_may_quote: saved.who_may_quote,
    ...(visibility && { visibility }),
    ...(warning && { warning }),
    ...(sensitive !== null && { sensitive }),
    ...(poll && { poll }),
    ...(at && new Date(at) > new Date() && { publish_at: at }),
  };
  putInComposer({ parts, target, choices, once: null });
  if (parent) navigate(`/tweets/${parent}`);
  else if (quoted) openQuote(quoted);
  else openComposer();
}

export async function discardSaved(id) {
  await deleteDraft(id);
  draftNews.value += 1;
}
