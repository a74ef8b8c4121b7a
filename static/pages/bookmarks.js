// The viewer's bookmarks, newest first.
import { EmptyRow } from "../core/ui/rows.js";
import { html } from "../core/ui/html.js";
import { t } from "../core/words/words.js";
import { bookmarks } from "../core/store/lists.js";
import "../features/bookmarks/bookmark.js";
import "../features/bookmarks/words.js";
import { FeedPage } from "./feed-page.js";

const Empty = () => html`<${EmptyRow} title=${t("bookmarks.empty")}><p>${t("bookmarks.empty_hint")}</p><//>`;

export default function BookmarksPage({ entry }) {
  return html`<${FeedPage}
    feed=${bookmarks()}
    title=${t("nav.bookmarks")}
    place=${`bookmarks ${entry}`}
    empty=${html`<${Empty} />`}
  />`;
}
