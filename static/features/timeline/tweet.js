// One tweet in a list.
import { useEffect, useRef } from "preact/hooks";
import { lazy } from "../../core/ui/lazy.js";
import { PersonAvatar, TimeAgo } from "../../core/ui/person.js";
import { Trouble } from "../../core/ui/rows.js";
import { html } from "../../core/ui/html.js";
import { tweetById } from "../../core/store/tweets.js";
import { t } from "../../core/words/words.js";
import { Actions } from "./actions.js";
import { Content } from "./content.js";

// Replies to replies are set in, up to so many levels.
const DEEPEST = 4;

export const indent = (depth) => (depth ? { "--depth": String(Math.min(depth, DEEPEST)) } : undefined);

export const VisibilityBadge = lazy(() => import("../visibility/badge.js"));

export const Edited = lazy(() => import("./edited.js"));

export const RepostedBy = lazy(() => import("../reposts/reposted-by.js"));

export const DeletedRow = lazy(() => import("./deleted.js"));

export function TweetTrouble({ tweet }) {
  const trouble = tweet.trouble.value;
  if (!trouble) return null;
  const dismiss = () => (tweet.trouble.value = null);
  return html`<${Trouble} error=${trouble.error} retry=${trouble.retry} dismiss=${dismiss} />`;
}

function Head({ tweet }) {
  const { id, name, handle } = tweet.author;
  return html`<header class="tweet-head">
    <a class="name" id=${`author-${tweet.id}`} href=${`/users/${id}`}><bdi>${name}</bdi></a>
    <span class="handle">@${handle}</span>
    ${tweet.part && html`<span class="handle">${tweet.part.number}/${tweet.part.of}</span>`}
    ${tweet.visibility !== "public" && html`<${VisibilityBadge} of=${tweet} />`}
    ${tweet.editedAt && html`<${Edited} tweet=${tweet} />`}
    <a class="when" href=${`/tweets/${tweet.id}`}><${TimeAgo} iso=${tweet.createdAt} /></a>
  </header>`;
}

// Whom a reply is to, as a link to that tweet.
export function ReplyLine({ tweet }) {
  if (tweet.replyTo === null) return null;
  const person = tweet.replyToPerson;
  return html`<p class="reply-line">
    <a href=${`/tweets/${tweet.replyTo}`}>
      ${person ? t("tweet.replying_to", { handle: person.handle.value }) : t("tweet.replying")}
    </a>
  </p>`;
}

export function AvatarLink({ person }) {
  // The name beside it is the same link: one of the two is enough for keyboards and readers.
  return html`<a class="avatar-link" href=${`/users/${person.id}`} tabindex="-1" aria-hidden="true">
    <${PersonAvatar} person=${person} />
  </a>`;
}

// `within`: in its thread, where the tweet that it replies to stands above it. `reposters`: who reposted it, if that is why it is listed.
export function Tweet({ id, within = false, depth = 0, reposters = undefined }) {
  const tweet = tweetById(id);
  const row = useRef(null);
  const wasLeaving = useRef(false);
  const fate = tweet?.fate.value;
  useEffect(() => {
    // After "Undo" the button is gone: focus goes back to the tweet and not to the page.
    if (wasLeaving.current && fate === "here" && document.activeElement === document.body) {
      row.current?.focus({ preventScroll: true });
    }
    wasLeaving.current = fate === "leaving";
  }, [fate]);
  if (!tweet || fate === "gone") return null;
  if (fate === "leaving") return html`<${DeletedRow} tweet=${tweet} />`;
  const people = reposters?.value ?? [];
  const isRepost = people.length > 0;
  return html`<article
    ref=${row}
    class=${`tweet ${within ? "in-thread" : ""} ${isRepost ? "reposted" : ""}`}
    style=${indent(depth)}
    tabindex="-1"
    data-row=${id}
    aria-labelledby=${`${isRepost ? `reposted-${id} ` : ""}author-${id} warning-${id} text-${id}`}
  >
    ${isRepost && html`<${RepostedBy} id=${`reposted-${id}`} people=${people} />`}
    <${AvatarLink} person=${tweet.author} />
    <div class="tweet-body">
      <${Head} tweet=${tweet} />
      ${!within && html`<${ReplyLine} tweet=${tweet} />`}
      <${Content} tweet=${tweet} fold />
      <${Actions} tweet=${tweet} reposters=${people} />
      <${TweetTrouble} tweet=${tweet} />
    </div>
  </article>`;
}
