// What is done with quotes, and who may do it.
import { limitQuotes, withdrawQuote } from "../../core/api/quotes.js";
import { notify } from "../../core/store/notices.js";
import { viewer } from "../../core/store/session.js";
import { refreshTweet, tweetById } from "../../core/store/tweets.js";
import { t } from "../../core/words/words.js";
import "./words.js";

/** @import { Tweet } from "../../core/store/tweets.js" */

export const WHO = ["everyone", "followers", "nobody"];

/** Whether the viewer may quote a tweet, as far as it is known here. */
/** @param {Tweet} tweet */
export function mayQuote({ author, visibility, whoMayQuote }) {
  if (author.id === viewer.value?.id) return visibility !== "mentioned";
  const open = visibility === "public" || visibility === "unlisted";
  const who = whoMayQuote.value;
  return open && (who === "everyone" || (who === "followers" && author.followed.value === true));
}

/** Whether it quotes a tweet of the viewer. */
/** @param {Tweet} tweet */
export const quotesMine = (tweet) => tweetById(tweet.quote.value?.tweet_id)?.author.id === viewer.value?.id;

/** @param {Tweet} tweet */
export async function decideWhoQuotes(tweet, who) {
  await limitQuotes(tweet.id, who);
  tweet.whoMayQuote.value = who;
  notify(t("quotes.saved"));
}

/** @param {Tweet} tweet */
export async function withdraw(tweet) {
  await withdrawQuote(tweet.id);
  await refreshTweet(tweet.id).catch(() => {});
  notify(t("quotes.withdraw_done"));
}
