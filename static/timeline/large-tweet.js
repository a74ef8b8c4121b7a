// The same tweet, large, on a page of its own.
import { html } from "../lib/html.js";
import { fullTime } from "../lib/time.js";
import { Actions } from "./actions.js";
import { AvatarLink, DeletedRow, Media, TweetText, TweetTrouble } from "./tweet.js";

export function LargeTweet({ tweet }) {
  const author = tweet.author.value;
  if (tweet.fate.value === "leaving") return html`<${DeletedRow} tweet=${tweet} />`;
  return html`<article class="tweet large" tabindex="-1" data-row=${tweet.id} aria-labelledby=${`author-${tweet.id}`}>
    <header class="tweet-head">
      <${AvatarLink} user=${author} />
      <div>
        <a class="name" id=${`author-${tweet.id}`} href=${`/users/${author.id}`}><bdi>${author.name}</bdi></a>
        <span class="handle">@${author.handle}</span>
      </div>
    </header>
    <${TweetText} text=${tweet.content} id=${`text-${tweet.id}`} />
    <${Media} tweet=${tweet} />
    <p class="full-time"><time datetime=${tweet.createdAt}>${fullTime(tweet.createdAt)}</time></p>
    <${Actions} tweet=${tweet} />
    <${TweetTrouble} tweet=${tweet} />
  </article>`;
}
