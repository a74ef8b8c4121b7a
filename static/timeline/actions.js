// What can be done with a tweet.
import { html } from "../lib/html.js";
import { formatNumber, t } from "../lib/i18n.js";
import { Icon } from "../components/icon.js";
import { focusKeyField } from "../components/key-panel.js";
import { notify } from "../store/notices.js";
import { administers, signedIn, viewer } from "../store/session.js";

function LikeButton({ tweet }) {
  const liked = tweet.liked.value;
  const count = tweet.likesCount.value;
  const press = async () => {
    if (!signedIn.value) return focusKeyField();
    const { likeTweet } = await import("../store/likes.js");
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

export function Actions({ tweet }) {
  const own = viewer.value?.id === tweet.author.value.id;
  const act = async (what) => {
    try {
      const acts = await import("./acts.js");
      acts[what](tweet);
    } catch {
      notify(t("error.unreachable"));
    }
  };
  return html`<footer class="actions">
    <${LikeButton} tweet=${tweet} />
    <button type="button" class="action" aria-label=${t("tweet.copy_link")} title=${t("tweet.copy_link")} onClick=${() => act("copyLink")}>
      <${Icon} name="link" />
    </button>
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
  </footer>`;
}
