// The same tweet, large, on a page of its own.
import { html } from "../../core/ui/html.js";
import { fullTime } from "../../core/words/time.js";
import { QuotesCount } from "../quotes/count.js";
import { Actions } from "./actions.js";
import { Content } from "./content.js";
import { AvatarLink, DeletedRow, Edited, ReplyLine, TweetTrouble, VisibilityBadge } from "./tweet.js";

// `alone`: the tweet that it replies to is not above it.
export function LargeTweet({ tweet, alone }) {
  const { author } = tweet;
  if (tweet.fate.value === "leaving") return html`<${DeletedRow} tweet=${tweet} />`;
  return html`<article class="tweet large" tabindex="-1" data-row=${tweet.id} aria-labelledby=${`author-${tweet.id}`}>
    <header class="tweet-head">
      <${AvatarLink} person=${author} />
      <div>
        <a class="name" id=${`author-${tweet.id}`} href=${`/users/${author.id}`}><bdi>${author.name}</bdi></a>
        <span class="handle">@${author.handle}</span>
      </div>
    </header>
    ${alone && html`<${ReplyLine} tweet=${tweet} />`}
    <${Content} tweet=${tweet} />
    <p class="full-time">
      <time datetime=${tweet.createdAt}>${fullTime(tweet.createdAt)}</time> ${tweet.part && html`· ${tweet.part.number}/${tweet.part.of} `}${tweet.visibility !== "public" && html`<${VisibilityBadge} of=${tweet} />`}
      ${tweet.editedAt && html`· <${Edited} tweet=${tweet} />`}
    </p>
    <${QuotesCount} tweet=${tweet} />
    <${Actions} tweet=${tweet} />
    <${TweetTrouble} tweet=${tweet} />
  </article>`;
}
