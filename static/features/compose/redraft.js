// A tweet that is deleted comes back into the composer to be written better, with its pictures.
import { fetchThread } from "../../core/api/tweets.js";
import { notify } from "../../core/store/notices.js";
import { narrower } from "../../core/store/visibility.js";
import { addFiles, fileOf } from "./attachments.js";
import { choicesOf } from "./choices.js";
import { draftFor } from "./draft.js";
import { targetOf, targetOfQuote } from "./targets.js";
import { t } from "../../core/words/words.js";
import "./words.js";

const begun = new Set();

const DAY = 86_400;

const pollAgain = ({ options, multiple, hides_results }) => ({
  options: options.map(({ text }) => text),
  multiple,
  hides_results,
  seconds: DAY,
});

// Resolves to whether it is in the composer. The pictures are fetched before they go with the tweet, and from
// then on nobody takes the deletion back: the words would be in two places.
export async function writeAgain(tweet) {
  if (begun.has(tweet)) return false;
  begun.add(tweet);
  try {
    const media = tweet.media.value.filter((one) => one.state === "ready");
    const files = await Promise.all(media.map(fileOf));
    const who = tweet.replyTo === null && (await fetchThread(tweet.id, undefined, 0)).who_may_reply;
    const quoted = tweet.replyTo === null && tweet.quote.value?.tweet_id;
    const draft = draftFor(quoted ? targetOfQuote(quoted) : targetOf(tweet.replyTo));
    const { attachments } = draft;
    const before = attachments.value.length;
    // What is there already isn't shown to more people than it was written for.
    const already = draft.hasContent() ? (choicesOf(draft).visibility ?? "mentioned") : "public";
    const visibility = narrower(already, tweet.visibility);
    const limited = who && who !== "everyone" && { who_may_reply: who };
    const { warning, sensitive, whoMayQuote } = tweet;
    const quotable = whoMayQuote.value !== "everyone" && { who_may_quote: whoMayQuote.value };
    const poll = tweet.poll.value && pollAgain(tweet.poll.value);
    draft.choices.value = { ...draft.choices.value, visibility, ...limited, ...quotable, warning, sensitive, ...(poll && { poll }) };
    draft.add(tweet.text);
    addFiles(draft, files);
    attachments.value.slice(before).forEach((one, index) => {
      one.alt.value = media[index].alt;
      one.focus.value = media[index].focus ?? null;
    });
  } catch {
    begun.delete(tweet);
    notify(t("error.unreachable"));
    return false;
  }
  return true;
}
