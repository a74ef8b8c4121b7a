// A page that is one list of tweets under a title.
import { useEffect } from "preact/hooks";
import { html } from "../core/ui/html.js";
import { usePlace } from "../core/ui/scroll.js";
import { key } from "../core/store/session.js";
import { FeedView } from "../features/timeline/feed.js";
import NeedsKey from "./needs-key.js";
import { PageHead } from "./shell.js";
import { useTitle } from "./title.js";

// `place` names the page's place (usePlace); `empty` is shown where the feed has no tweets; `beside` stands beside the title.
export function FeedPage({ feed, title, place, empty, beside = null }) {
  const hasKey = key.value !== "";
  usePlace(place);
  useTitle(title);
  useEffect(() => {
    if (hasKey && feed.status.value === "fresh") feed.load();
  }, [hasKey, feed, feed.status.value]);
  return html`<${PageHead} title=${title} back beside=${beside} />
    ${hasKey ? html`<${FeedView} feed=${feed} place=${place} label=${title} empty=${empty} />` : html`<${NeedsKey} />`}`;
}
