// The pictures of a list of tweets, side by side; each leads to its tweet.
import { arePicturesShown, isTextShown } from "../../core/store/covers.js";
import { Icon } from "../../core/ui/icon.js";
import { html } from "../../core/ui/html.js";
import { focusedOn } from "../../core/ui/picture-shape.js";
import { useKeptPlace } from "../../core/ui/scroll.js";
import { tweetById } from "../../core/store/tweets.js";
import { t } from "../../core/words/words.js";
import "./words.js";

function Tile({ tweet, one }) {
  const isShown = isTextShown(tweet) && arePicturesShown(tweet);
  return html`<a
    class="tile"
    href=${`/tweets/${tweet.id}`}
    data-row=${tweet.id}
    aria-label=${isShown && one.alt ? t("media.tweet_alt", { alt: one.alt }) : t("media.tweet")}
  >
    ${isShown
      ? html`<img src=${one.small_url || one.url} style=${focusedOn(one.focus)} alt="" loading="lazy" decoding="async" />`
      : html`<${Icon} name="eye-off" />`}
  </a>`;
}

export default function PictureWall({ ids, label }) {
  useKeptPlace(ids, (before) => before.some((id, index) => id !== ids[index]));
  const tweets = ids.map(tweetById).filter((tweet) => tweet && tweet.fate.value === "here");
  return html`<div class="picture-wall" role="group" aria-label=${label}>
    ${tweets.flatMap((tweet) =>
      tweet.media.value
        .filter((one) => one.state === "ready")
        .map((one) => html`<${Tile} key=${one.id} tweet=${tweet} one=${one} />`),
    )}
  </div>`;
}
