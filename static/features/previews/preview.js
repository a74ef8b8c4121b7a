// The card of the page that a tweet links to.
import { arePicturesShown } from "../../core/store/covers.js";
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import "./words.js";

const hostOf = (url) => new URL(url).hostname.replace(/^www\./, "");

// The host is always there: all the rest is what the page says about itself.
/** @param {{tweet: import("../../core/store/tweets.js").Tweet}} props */
export default function Preview({ tweet }) {
  const { url, title, description, picture } = tweet.preview.value;
  return html`<a class=${picture ? "preview" : "preview plain"} href=${url} target="_blank" rel="nofollow noopener noreferrer">
    ${picture &&
    arePicturesShown(tweet) &&
    html`<img src=${picture.url} alt=${picture.alt} width="112" height="112" loading="lazy" decoding="async" />`}
    <span class="preview-text">
      <span class="preview-title" dir="auto"><span class="hidden">${t("previews.page")}: </span>${title}</span>
      ${description && html`<span class="preview-about" dir="auto">${description}</span>`}
      <span class="preview-host"><bdi dir="ltr">${hostOf(url)}</bdi></span>
    </span>
  </a>`;
}
