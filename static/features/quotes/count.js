// How many tweets quote a tweet, leading to them.
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import "./words.js";

export function QuotesCount({ tweet }) {
  const count = tweet.quotesCount.value;
  if (count === 0) return null;
  return html`<p class="quotes-count"><a href=${`/tweets/${tweet.id}/quotes`}>${t("quotes.count", { count })}</a></p>`;
}
