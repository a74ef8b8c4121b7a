// What the writer of a draft has chosen for its tweet, as its composer shows it.
import { tweetById } from "../../core/store/tweets.js";
import { chosenFor } from "../visibility/chosen.js";
import { quoteOf, replyTo } from "./targets.js";

const parentOf = (draft) => tweetById(replyTo(draft.target));

// One that everybody may see doesn't limit who may see its quotes.
const widestForQuotes = (quoted) => (quoted?.visibility === "followers" ? "followers" : undefined);

/** The widest audience that the tweet of a draft may have. */
export const widestFor = (draft) => parentOf(draft)?.visibility ?? widestForQuotes(tweetById(quoteOf(draft.target)));

/** The options that aren't blank, trimmed. */
export const optionsOf = (poll) => poll.options.map((one) => one.trim()).filter(Boolean);

/** Whether a poll, if there is one, has two options or more, all different. */
export function isPollComplete(poll) {
  const options = poll ? optionsOf(poll) : [];
  return !poll || (options.length > 1 && new Set(options).size === options.length);
}

/** Whether a time, if there is one, is still to come. */
export const isTimely = (at) => at === undefined || Date.parse(at) > Date.now();

/** The content warning, which may still be empty; null for none. A reply starts with the warning of the tweet that it replies to. */
export function warningOf(draft) {
  const { warning } = draft.choices.value;
  return warning === undefined ? (parentOf(draft)?.warning ?? null) : warning;
}

// What is shown counts: the choice in Settings may be another one by the time the tweet is sent.
export function choicesOf(draft) {
  const visibility = chosenFor(draft, widestFor(draft));
  const warning = warningOf(draft)?.trim();
  const { poll } = draft.choices.value;
  return {
    ...draft.choices.value,
    ...(visibility && { visibility }),
    warning: warning || undefined,
    poll: poll ? { ...poll, options: optionsOf(poll) } : undefined,
  };
}
