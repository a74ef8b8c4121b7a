// One notification: who did what, and with which tweet.
import { html } from "../../core/ui/html.js";
import { PersonAvatar, TimeAgo } from "../../core/ui/person.js";
import { t } from "../../core/words/words.js";
import { Icon } from "../../core/ui/icon.js";
import { Names } from "../../core/ui/names.js";
import { Tweet } from "../timeline/tweet.js";
import "./words.js";

const ICONS = { like: "heart", repost: "repost", follow: "user", follow_request: "user", follow_accepted: "user", quote: "quote", reply: "reply", mention: "at", tweet: "bell", edit: "pen", poll: "poll", unpublished: "clock" };

// This many are named; of more people, two are.
const NAMED = 3;
const AVATARS = 5;

// The sentence with the people in their place.
function Sentence({ notification: { kind, people, people_count: count } }) {
  const [before, after] = t(`notifications.${kind}`, { who: "\u0000" }).split("\u0000");
  if (after === undefined) return before;
  return html`${before}<${Names} people=${people} count=${count} most=${NAMED} />${after}`;
}

// The beginning of the tweet that the notification is about; its warning if it has one.
function Excerpt({ tweet }) {
  return html`<a class="excerpt opens" href=${`/tweets/${tweet.id}`} dir="auto">
    ${tweet.warning ?? (tweet.text.trim() || t("notifications.picture"))}
  </a>`;
}

export function Notification({ notification }) {
  const { id, kind, people, tweet, unread, created_at: at } = notification;
  const own = !["reply", "mention", "quote", "tweet"].includes(kind);
  if (tweet?.fate.value === "gone") return null;
  const mark = unread && html`<span class="hidden">${t("notifications.unread")} </span>`;
  const className = `notification ${own ? "grouped" : ""} ${unread ? "unread" : ""}`;
  // The tweet itself says who and when.
  if (!own) {
    return html`<div class=${className}>
      <p class="notification-head"><${Icon} name=${ICONS[kind]} />${mark}${t(`notifications.${kind}`)}</p>
      <${Tweet} id=${tweet.id} />
    </div>`;
  }
  return html`<article
    class=${className}
    data-kind=${kind}
    tabindex="-1"
    data-row=${`notification-${id}`}
    aria-labelledby=${`notification-${id}`}
  >
    <${Icon} name=${ICONS[kind]} filled=${kind === "like"} />
    <div class="notification-body">
      <div class="notification-people">
        ${people.slice(0, AVATARS).map(
          (person) => html`<a key=${person.id} href=${`/users/${person.id}`} tabindex="-1" aria-hidden="true">
            <${PersonAvatar} person=${person} size="small" />
          </a>`,
        )}
      </div>
      <p class="notification-line" id=${`notification-${id}`}>
        ${mark}<${Sentence} notification=${notification} /> <${TimeAgo} iso=${at} />
      </p>
      ${tweet && html`<${Excerpt} tweet=${tweet} />`}
      ${kind === "unpublished" &&
      html`<p><a class="opens" href="/drafts/scheduled">${t("notifications.scheduled")}</a></p>`}
      ${kind === "follow_request" &&
      html`<p><a class="opens" href="/requests">${t("notifications.requests")}</a></p>`}
    </div>
  </article>`;
}
