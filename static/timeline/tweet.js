// One tweet in a list.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { lazy } from "../components/lazy.js";
import { Avatar, TimeAgo } from "../components/people.js";
import { Trouble } from "../components/rows.js";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { splitLinks } from "../lib/text.js";
import { tweetById } from "../store/tweets.js";
import { Actions } from "./actions.js";
import { MediaGrid } from "./media-grid.js";

export const DeletedRow = lazy(() => import("./deleted.js"));

// About twelve lines in the column: a longer tweet is folded, so that it cannot fill the screen.
const FOLD_LENGTH = 700;
const FOLD_LINES = 12;

const isLong = (text) => text.length > FOLD_LENGTH || text.split("\n").length > FOLD_LINES;

export function TweetText({ text, id, fold }) {
  const long = fold && isLong(text);
  const folded = useSignal(long);
  const paragraph = useRef(null);
  if (!text.trim()) return null;
  const toggle = () => {
    folded.value = !folded.value;
    // Folded again, a text that was read to its end would leave the reader far below it.
    if (folded.value) paragraph.current.closest(".tweet").scrollIntoView({ block: "nearest" });
  };
  // The keyboard reaches links below the fold as well: there they must be seen.
  const onFocus = (event) => {
    const below = event.target.getBoundingClientRect().bottom > paragraph.current.getBoundingClientRect().bottom;
    if (folded.value && (below || paragraph.current.scrollTop > 0)) folded.value = false;
  };
  return html`<p
      ref=${paragraph}
      id=${id}
      class=${folded.value ? "tweet-text folded" : "tweet-text"}
      dir="auto"
      onFocusIn=${onFocus}
    >
      ${splitLinks(text).map((part) =>
        typeof part === "string"
          ? part
          : html`<a href=${part.href} dir="ltr" target="_blank" rel="nofollow noopener noreferrer">${part.label}</a>`,
      )}
    </p>
    ${long &&
    html`<button
      type="button"
      class="text-button"
      aria-expanded=${!folded.value}
      aria-controls=${id}
      onClick=${toggle}
    >
      ${t(folded.value ? "tweet.show_more" : "tweet.show_less")}
    </button>`}`;
}

export function TweetTrouble({ tweet }) {
  const trouble = tweet.trouble.value;
  if (!trouble) return null;
  const dismiss = () => (tweet.trouble.value = null);
  return html`<${Trouble} error=${trouble.error} retry=${trouble.retry} dismiss=${dismiss} />`;
}

export function Media({ tweet }) {
  const media = tweet.media.value;
  return media.length > 0 && html`<${MediaGrid} media=${media} />`;
}

function Head({ tweet }) {
  const { id, name, handle } = tweet.author.value;
  return html`<header class="tweet-head">
    <a class="name" id=${`author-${tweet.id}`} href=${`/users/${id}`}><bdi>${name}</bdi></a>
    <span class="handle">@${handle}</span>
    <a class="when" href=${`/tweets/${tweet.id}`}><${TimeAgo} iso=${tweet.createdAt} /></a>
  </header>`;
}

export function AvatarLink({ user }) {
  // The name beside it is the same link: one of the two is enough for keyboards and readers.
  return html`<a class="avatar-link" href=${`/users/${user.id}`} tabindex="-1" aria-hidden="true">
    <${Avatar} user=${user} />
  </a>`;
}

export function Tweet({ id }) {
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
  return html`<article
    ref=${row}
    class="tweet"
    tabindex="-1"
    data-row=${id}
    aria-labelledby=${`author-${id} text-${id}`}
  >
    <${AvatarLink} user=${tweet.author.value} />
    <div class="tweet-body">
      <${Head} tweet=${tweet} />
      <${TweetText} text=${tweet.content} id=${`text-${id}`} fold />
      <${Media} tweet=${tweet} />
      <${Actions} tweet=${tweet} />
      <${TweetTrouble} tweet=${tweet} />
    </div>
  </article>`;
}
