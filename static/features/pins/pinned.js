// What somebody pinned, above their other tweets.
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import { openRow } from "../timeline/open-row.js";
import { Tweet } from "../timeline/tweet.js";
import "./words.js";

/** @param {{ids: number[]}} props */
export default function Pinned({ ids }) {
  return html`<section class="pinned">
    <h2 id="pinned">${t("pins.title")}</h2>
    <div role="feed" class="rows" aria-labelledby="pinned" onClick=${openRow}>
      ${ids.map((id) => html`<${Tweet} key=${id} id=${id} />`)}
    </div>
  </section>`;
}
