// Who may see a draft's tweet and reply to it, as its composer shows it.
import { tweetById } from "../../core/store/tweets.js";
import { chosenFor } from "../visibility/chosen.js";
import { replyTo } from "./targets.js";

/** The widest audience that the tweet of a draft may have. */
export const widestFor = (draft) => tweetById(replyTo(draft.target))?.visibility;

// What is shown counts: the choice in Settings may be another one by the time the tweet is sent.
export function audienceOf(draft) {
  const visibility = chosenFor(draft, widestFor(draft));
  return visibility ? { ...draft.audience.value, visibility } : draft.audience.value;
}
