// What can be done with a tweet.
import { find } from "../../core/ui/find.js";
import { html } from "../../core/ui/html.js";
import { formatNumber, t } from "../../core/words/words.js";
import { Icon } from "../../core/ui/icon.js";
import { focusKeyField } from "../../core/ui/key-field.js";
import { notify } from "../../core/store/notices.js";
import { openMenu, openReply } from "../../core/store/openers.js";
import { administers, signedIn, viewer } from "../../core/store/session.js";
import "./words.js";

function ReplyButton({ tweet }) {
  const count = tweet.repliesCount.value;
  const press = () => {
    if (!signedIn.value) return focusKeyField();
    // Where the tweet has a composer of its own, on its page.
    const field = find(`[data-reply="${tweet.id}"] textarea`);
    return field ? field.focus() : openReply(tweet.id);
  };
  return html`<button
    type="button"
    class="action reply"
    aria-label=${t("tweet.reply", { count })}
    title=${t("tweet.reply_hint")}
    onClick=${press}
  >
    <${Icon} name="reply" />
    <span>${count > 0 ? formatNumber(count) : ""}</span>
  </button>`;
}

function LikeButton({ tweet }) {
  const liked = tweet.liked.value;
  const count = tweet.likesCount.value;
  const press = async () => {
    if (!signedIn.value) return focusKeyField();
    const { likeTweet } = await import("./likes.js");
    return likeTweet(tweet, !liked);
  };
  return html`<button
    type="button"
    class="action like"
    aria-pressed=${liked}
    aria-label=${t("tweet.like", { count })}
    title=${liked ? t("tweet.unlike_hint") : t("tweet.like_hint")}
    onClick=${press}
  >
    <${Icon} name="heart" filled=${liked} />
    <span>${count > 0 ? formatNumber(count) : ""}</span>
  </button>`;
}

function BookmarkButton({ tweet }) {
  const bookmarked = tweet.bookmark.shown.value;
  const press = async () => {
    if (!signedIn.value) return focusKeyField();
    const { bookmarkTweet } = await import("../bookmarks/bookmark.js");
    return bookmarkTweet(tweet, !bookmarked);
  };
  return html`<button
    type="button"
    class="action bookmark"
    aria-pressed=${bookmarked}
    aria-label=${t("tweet.bookmark")}
    title=${bookmarked ? t("tweet.unbookmark_hint") : t("tweet.bookmark_hint")}
    onClick=${press}
  >
    <${Icon} name="bookmark" filled=${bookmarked} />
  </button>`;
}

export function Actions({ tweet }) {
  const own = viewer.value?.id === tweet.author.id;
  const act = async (what) => {
    try {
      const acts = await import("./acts.js");
      acts[what](tweet);
    } catch {
      notify(t("error.unreachable"));
    }
  };
  return html`<footer class="actions">
    <${ReplyButton} tweet=${tweet} />
    <${LikeButton} tweet=${tweet} />
    <${BookmarkButton} tweet=${tweet} />
    ${(own || administers.value) &&
    html`<button
      type="button"
      class="action delete"
      aria-label=${t("tweet.delete")}
      title=${t("tweet.delete")}
      onClick=${() => act("remove")}
    >
      <${Icon} name="trash" />
    </button>`}
    ${signedIn.value &&
    html`<button
      type="button"
      class="action more-acts"
      aria-haspopup="dialog"
      aria-label=${t("tweet.more")}
      title=${t("tweet.more")}
      onClick=${() => openMenu(tweet.author, tweet)}
    >
      <${Icon} name="more" />
    </button>`}
  </footer>`;
}
