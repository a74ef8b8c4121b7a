// Drafts and scheduled tweets on the server: putting there what the composer holds, and taking it back into one.
import { addDraft, changeDraft, deleteDraft } from "../../core/api/drafts.js";
import { token } from "../../core/lib/token.js";
import { draftNews } from "../../core/store/drafts.js";
import { navigate } from "../../core/router.js";
import { notify } from "../../core/store/notices.js";
import { openComposer, openQuote } from "../../core/store/openers.js";
import { refreshTweet } from "../../core/store/tweets.js";
import { errorText, t } from "../../core/words/words.js";
import { renew, restoreAttachment, restorePictures } from "./attachments.js";
import { choicesOf } from "./choices.js";
import { draftFor } from "./draft.js";
import { putInComposer } from "./outbox.js";
import { readyMedia } from "./publish.js";
import { quoteOf, replyTo, targetOf, targetOfQuote } from "./targets.js";
import "./words.js";

/** @import { SavedDraftJson } from "../../core/api/shapes.js" */

async function tweetsOf(draft) {
  const tweets = [];
  for (const part of draft.parts.value.filter((one) => !one.blank.value)) {
    tweets.push({ tweet_data: part.text.value, tweet_media_ids: await readyMedia(part.attachments.value) });
  }
  return tweets;
}

// Saves what the composer holds, at the time chosen there if there is one, and empties the composer.
/** @param {import("./draft.js").Draft} draft */
export async function keepOnServer(draft) {
  draft.parts.value.forEach(restorePictures);
  if (!draft.choices.value.draft_key) draft.choices.value = { ...draft.choices.value, draft_key: token() };
  const { draft_id: id, draft_key: key, ...choices } = { ...choicesOf(draft), draft_scheduled: undefined };
  const about = { in_reply_to_id: replyTo(draft.target), quote_of_id: quoteOf(draft.target) };
  for (let renewed = false; ; renewed = true) {
    const body = { ...choices, ...about, tweets: await tweetsOf(draft) };
    try {
      await (id ? changeDraft(id, body) : addDraft(key, body));
      break;
    } catch (error) {
      if (renewed || error.type !== "media_not_found") throw forget(draft, error);
      await Promise.all(draft.parts.value.flatMap((part) => part.attachments.value).map(renew));
    }
  }
  draft.clear();
  draft.saveAll();
  draftNews.value += 1;
  const words = choices.publish_at ? "compose.scheduled" : "compose.saved_draft";
  notify(t(words), () => navigate(choices.publish_at ? "/drafts/scheduled" : "/drafts"), "compose.view");
}

// Deleted meanwhile, on another device: whoever saves again saves a new one.
function forget(draft, error) {
  if (error.type === "draft_not_found") draft.choices.value = { ...draft.choices.value, draft_id: undefined, draft_scheduled: undefined };
  return error;
}

const FIELDS = ["tweets", "in_reply_to_id", "quote_of_id", "visibility", "who_may_reply", "who_may_quote", "warning", "sensitive", "poll", "language"];

// The request that would save it as it is.
const bodyOf = (saved) => Object.fromEntries(FIELDS.map((name) => [name, saved[name]]));

/** @param {SavedDraftJson} saved */
export async function takeBack(saved) {
  const { id, in_reply_to_id: parent, quote_of_id: quoted, publish_at: at, poll, warning, sensitive, visibility } = saved;
  const target = parent ? targetOf(parent) : quoted ? targetOfQuote(quoted) : "new";
  if (quoted) await refreshTweet(quoted).catch(() => {});
  const there = draftFor(target);
  // Changes that were not saved are still there.
  if (there.choices.value.draft_id === id && !there.empty.value) {
    show(parent, quoted);
    return;
  }
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
    ...(saved.language && { language: saved.language }),
    ...(at && !saved.failure && { publish_at: at, draft_scheduled: true }),
  };
  putInComposer({ parts, target, choices, once: null });
  show(parent, quoted);
}

function show(parent, quoted) {
  if (parent) navigate(`/tweets/${parent}`);
  else if (quoted) openQuote(quoted);
  else openComposer();
}

// Before its tweet is sent at once: or it might be published at its time, too.
/** @param {import("./draft.js").Draft} draft */
export async function takeOffSchedule(draft) {
  const { draft_id: id, draft_scheduled: isScheduled } = draft.choices.value;
  if (!id || !isScheduled) return;
  try {
    await deleteDraft(id);
  } catch (error) {
    throw forget(draft, error);
  }
  draft.choices.value = { ...draft.choices.value, draft_id: undefined, draft_scheduled: undefined };
  draftNews.value += 1;
}

/** @param {SavedDraftJson} saved */
export async function discardSaved(saved) {
  await deleteDraft(saved.id);
  draftNews.value += 1;
  const undo = async () => {
    await addDraft(token(), { ...bodyOf(saved), publish_at: saved.failure ? null : saved.publish_at });
    draftNews.value += 1;
  };
  notify(t("compose.draft_deleted"), () => undo().catch((error) => notify(errorText(error))));
}
