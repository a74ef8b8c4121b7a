// What can be done with a tweet.
import { find } from "../../core/ui/find.js";
import { html } from "../../core/ui/html.js";
import { formatNumber, t } from "../../core/words/words.js";
import { Icon } from "../../core/ui/icon.js";
import { focusKeyField } from "../../core/ui/key-field.js";
import { notify } from "../../core/store/notices.js";
import { openMenu, openReply } from "../../core/store/openers.js";
import { signedIn, viewer } from "../../core/store/session.js";
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

// A like, a repost or a bookmark; `act` fetches what is done when it is pressed.
function Toggle({ tweet, kind, icon, pressed, count = 0, act }) {
  const press = async () => (signedIn.value ? (await act())(tweet, !pressed) : focusKeyField());
  return html`<button
    type="button"
    class=${`action ${kind}`}
    aria-pressed=${pressed}
    aria-label=${t(`tweet.${kind}`, { count })}
    title=${t(`tweet.${pressed ? "un" : ""}${kind}_hint`)}
    onClick=${press}
  >
    <${Icon} name=${icon} filled=${pressed && kind !== "repost"} />
    ${kind !== "bookmark" && html`<span>${count > 0 ? formatNumber(count) : ""}</span>`}
  </button>`;
}

// Public and unlisted tweets, and one's own for followers.
const mayRepost = ({ visibility, author }) =>
  visibility !== "mentioned" && (visibility !== "followers" || author.id === viewer.value?.id);

// `reposters`: those who reposted it, where that is why it is listed.
export function Actions({ tweet, reposters = [] }) {
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
    ${mayRepost(tweet) &&
    html`<${Toggle}
      tweet=${tweet}
      kind="repost"
      icon="repost"
      pressed=${tweet.repost.shown.value}
      count=${tweet.repostsCount.value}
      act=${async () => (await import("../reposts/repost.js")).repostTweet}
    />`}
    <${Toggle}
      tweet=${tweet}
      kind="like"
      icon="heart"
      pressed=${tweet.liked.value}
      count=${tweet.likesCount.value}
      act=${async () => (await import("./likes.js")).likeTweet}
    />
    <${Toggle}
      tweet=${tweet}
      kind="bookmark"
      icon="bookmark"
      pressed=${tweet.bookmark.shown.value}
      act=${async () => (await import("../bookmarks/bookmark.js")).bookmarkTweet}
    />
    ${own &&
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
      onClick=${() => openMenu(tweet.author, tweet, reposters)}
    >
      <${Icon} name="more" />
    </button>`}
  </footer>`;
}
