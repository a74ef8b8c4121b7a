// Editing a tweet: its draft begins with what the tweet says, and saving it changes the tweet.
import { describeMedia } from "../../core/api/media.js";
import { editTweet } from "../../core/api/publishing.js";
import { notify } from "../../core/store/notices.js";
import { keepTweet } from "../../core/store/tweets.js";
import { t } from "../../core/words/words.js";
import { giveUp, restoreAttachment } from "./attachments.js";
import { warningOf } from "./choices.js";
import { draftFor } from "./draft.js";
import { readyMedia } from "./publish.js";
import { editOf, targetOfEdit } from "./targets.js";
import "./words.js";

// A picture of the tweet as an attachment of its draft.
const pictureIn = (media) => restoreAttachment({ media, alt: media.alt, name: media.alt, file: undefined, published: true });

/** The draft of an edit: what its writer left there, or else what the tweet says. */
export function draftOfEdit(tweet) {
  const draft = draftFor(targetOfEdit(tweet.id));
  if (draft.hasContent()) return draft;
  const attachments = tweet.media.value.filter((one) => one.state !== "broken").map(pictureIn);
  const { text, warning, sensitive } = tweet;
  draft.put({ parts: [{ text, attachments }], choices: { warning, sensitive }, once: null });
  return draft;
}

/** Whether saving it would change nothing. */
export function isUnchanged(draft, tweet) {
  const was = tweet.media.value.map(({ id, alt, focus }) => [id, alt, focus ?? null]);
  const is = draft.attachments.value.map((one) => [one.media.value?.id, one.alt.value.trim(), one.focus.value]);
  const { warning, sensitive } = tweet;
  const before = [tweet.text, warning, sensitive, was];
  const now = [draft.text.value, warningOf(draft) || null, draft.choices.value.sensitive ?? false, is];
  return JSON.stringify(before) === JSON.stringify(now);
}

const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** Discards the edit. */
export function discardEdit(draft) {
  for (const one of draft.attachments.value) giveUp(one);
  draft.clear();
  draft.saveNow();
}

export async function saveEdit(draft) {
  const { attachments, text, choices } = draft;
  await readyMedia(attachments.value);
  const media = attachments.value.map((one) => ({ id: one.media.value.id, alt: one.alt.value.trim() }));
  const warning = warningOf(draft)?.trim() || null;
  const sensitive = warning ? true : (choices.value.sensitive ?? false);
  const body = { text: text.value, media, warning, sensitive };
  const { tweet: json } = await editTweet(editOf(draft.target), body);
  // An edit keeps focal points, which earlier versions share.
  const refocused = attachments.value.filter(
    ({ published, focus, media: { value: was } }) => published && !isSame(focus.value, was.focus ?? null),
  );
  for (const one of refocused) await describeMedia(one.media.value.id, { focus: one.focus.value });
  keepTweet(json);
  discardEdit(draft);
  notify(t("compose.edited"));
}
