// The tweet that a tweet quotes, inside it.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { arePicturesShown, isTextShown } from "../../core/store/covers.js";
import { quotedState, wantQuoted } from "../../core/store/quotes.js";
import { tweetById } from "../../core/store/tweets.js";
import { html } from "../../core/ui/html.js";
import { focusedOn } from "../../core/ui/picture-shape.js";
import { PersonAvatar, TimeAgo } from "../../core/ui/person.js";
import { t } from "../../core/words/words.js";
import { Text } from "../covers/text.js";
import "./words.js";

const MOST_PICTURES = 4;

function Pictures({ tweet }) {
  const media = tweet.media.value.filter((one) => one.state === "ready").slice(0, MOST_PICTURES);
  if (media.length === 0 || !isTextShown(tweet) || !arePicturesShown(tweet)) return null;
  return html`<div class="quoted-pictures">
    ${media.map(
      (one) => html`<img key=${one.id} src=${one.small_url || one.url} style=${focusedOn(one.focus)} alt=${one.alt} width="88" height="88" loading="lazy" decoding="async" />`,
    )}
  </div>`;
}

/**
 * The card of a quoted tweet. Its link is the whole card, in which buttons stay buttons.
 * @param {{tweet: import("../../core/store/tweets.js").Tweet}} props
 */
export function QuotedCard({ tweet }) {
  const { author } = tweet;
  const name = author.name.value;
  return html`<blockquote class="quoted" aria-label=${t("quotes.quoted", { name })}>
    <header class="tweet-head">
      <${PersonAvatar} person=${author} size="tiny" />
      <a class="name" href=${`/tweets/${tweet.id}`}><bdi>${name}</bdi></a>
      <span class="handle">@${author.handle}</span>
      ${tweet.editedAt && html`<span class="handle">${t("quotes.edited")}</span>`}
      <span class="when"><${TimeAgo} iso=${tweet.createdAt} /></span>
    </header>
    <${Text} tweet=${tweet} fold />
    <${Pictures} tweet=${tweet} />
    ${tweet.poll.value && isTextShown(tweet) && html`<p class="hint">${tweet.poll.value.options.map((one) => one.text).join(" · ")}</p>`}
    ${tweet.quote.value && tweet.quote.value.tweet_id !== null && html`<p class="hint">${t("quotes.nested")}</p>`}
  </blockquote>`;
}

function Muted({ tweet }) {
  const open = useSignal(false);
  if (open.value) return html`<${QuotedCard} tweet=${tweet} />`;
  return html`<p class="quoted without">
    ${t("quotes.muted")}
    <button type="button" class="text-button" onClick=${() => (open.value = true)}>${t("quotes.show")}</button>
  </p>`;
}

// `by`: the tweet that quotes.
export function Quoted({ by }) {
  const { tweet_id: id } = by.quote.value;
  const state = id === null ? "withdrawn" : quotedState(id).value;
  const tweet = id === null ? null : tweetById(id);
  useEffect(() => wantQuoted(by), [by, id]);
  if (state === null) return html`<div class="quoted waiting" aria-hidden="true"></div>`;
  if (tweet && state === "muted") return html`<${Muted} tweet=${tweet} />`;
  if (tweet && state === "shown" && tweet.fate.value === "here") return html`<${QuotedCard} tweet=${tweet} />`;
  const words = ["withdrawn", "deleted"].includes(state) ? state : tweet?.fate.value === "leaving" ? "deleted" : "unavailable";
  return html`<p class="quoted without">${t(`quotes.${words}`)}</p>`;
}
