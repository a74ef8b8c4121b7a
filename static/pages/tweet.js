// One tweet on a page of its own, with the people who like it.
import { useSignal } from "@preact/signals";
import { fetchLikers } from "../api/publishing.js";
import { Failure, Skeletons, Trouble } from "../components/rows.js";
import { PageHead } from "../components/shell.js";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { usePlace } from "../lib/scroll.js";
import { PeopleList } from "../profile/people-list.js";
import { key } from "../store/session.js";
import { refreshTweet, tweetById } from "../store/tweets.js";
import { LargeTweet } from "../timeline/large-tweet.js";
import { isNotFound, useLoading } from "./loading.js";
import NeedsKey from "./needs-key.js";
import { Missing } from "./not-found.js";
import { useTitle } from "./title.js";

function Likers({ tweet }) {
  // A new list where the number changes: the viewer's own like shows at once.
  const count = tweet.likesCount.value;
  if (count === 0) return null;
  return html`<section class="likers" aria-labelledby="likers-title">
    <h2 id="likers-title">${t("tweet.liked_by", { count })}</h2>
    <${PeopleList}
      key=${`${tweet.id} ${tweet.wanted === null ? count : ""}`}
      fetchPage=${(before, limit) => fetchLikers(tweet.id, before, limit)}
    />
  </section>`;
}

export default function TweetPage({ id, entry }) {
  const hasKey = key.value !== "";
  const tweet = useSignal(tweetById(id));
  const { error, again } = useLoading(
    async () => {
      tweet.value = await refreshTweet(id);
    },
    [id],
    hasKey,
  );
  const gone = isNotFound(error) || tweet.value?.fate.value === "gone";
  usePlace(`tweet ${entry}`);
  useTitle(tweet.value ? t("tweet.page_title", { name: tweet.value.author.value.name }) : t("tweet.title"));
  if (!hasKey) return html`<${PageHead} title=${t("tweet.title")} back /><${NeedsKey} />`;
  if (gone) return html`<${PageHead} title=${t("tweet.title")} back /><${Missing} words="tweet.gone" />`;
  return html`
    <${PageHead} title=${t("tweet.title")} back />
    ${tweet.value && html`<${LargeTweet} tweet=${tweet.value} />`}
    ${error && html`<${tweet.value ? Trouble : Failure} error=${error} retry=${again} />`}
    ${tweet.value ? html`<${Likers} tweet=${tweet.value} />` : !error && html`<${Skeletons} count=${1} />`}
  `;
}
