// The tweets that quote a tweet, newest first.
import { EmptyRow } from "../core/ui/rows.js";
import { html } from "../core/ui/html.js";
import { t } from "../core/words/words.js";
import { quotesOf } from "../core/store/lists.js";
import { FeedPage } from "./feed-page.js";
import "../features/quotes/words.js";

export default function QuotesPage({ id, entry }) {
  const empty = html`<${EmptyRow} title=${t("quotes.empty")} />`;
  return html`<${FeedPage} feed=${quotesOf(id)} title=${t("quotes.title")} place=${`quotes ${id} ${entry}`} empty=${empty} />`;
}
