// The card of the page that a tweet links to.
import { arePicturesShown } from "../../core/store/covers.js";
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import "./words.js";

function hostOf(url) {
  try {
    return new URL(url).hostname.replace(/^www\./, "");
  } catch {
    return url;
  }
}

// The host is always there: all the rest is what the page says about itself.
/** @param {{tweet: import("../../core/store/tweets.js").Tweet}} props */
export default function Preview({ tweet }) {
  const { url, title, description, picture } = tweet.preview.value;
  const isShown = picture && arePicturesShown(tweet);
  return html`<a class=${isShown ? "preview" : "preview plain"} href=${url} target="_blank" rel="nofollow noopener noreferrer">
    ${isShown && html`<span class="preview-picture">
      <img src=${picture.url} alt=${picture.alt} width="112" height="112" loading="lazy" decoding="async" />
    </span>`}
    <span class="preview-text">
      <span class="preview-title" dir="auto">
        <span class="hidden">${t("previews.page")}: </span><span lang="">${title}</span>
      </span>
      ${description && html`<span class="preview-about" dir="auto" lang="">${description}</span>`}
      <span class="preview-host"><bdi dir="ltr">${hostOf(url)}</bdi></span>
    </span>
  </a>`;
}
