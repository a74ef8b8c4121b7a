// The tweets with a hashtag, newest first.
import { EmptyRow } from "../core/ui/rows.js";
import { lazy } from "../core/ui/lazy.js";
import { html } from "../core/ui/html.js";
import { t } from "../core/words/words.js";
import { feedOfHashtag } from "../core/store/lists.js";
import { FeedPage } from "./feed-page.js";
import { signedIn } from "../core/store/session.js";
import "./words.js";

const FollowButton = lazy(() => import("../features/hashtags/follow-button.js"));

export default function HashtagPage({ name, entry }) {
  const title = `#${name}`;
  const empty = html`<${EmptyRow} title=${t("hashtag.empty", { hashtag: title })} />`;
  return html`<${FeedPage}
    feed=${feedOfHashtag(name)}
    title=${title}
    place=${`hashtag ${name} ${entry}`}
    empty=${empty}
    beside=${signedIn.value && html`<${FollowButton} name=${name} />`}
  />`;
}
