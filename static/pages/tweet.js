// One tweet on a page of its own, in its thread, with the people who like or reposted it.
import { useLayoutEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { fetchLikers, fetchReposters } from "../core/api/publishing.js";
import { Failure } from "../core/ui/failure.js";
import { lazy } from "../core/ui/lazy.js";
import { Skeletons, Trouble } from "../core/ui/rows.js";
import { PageHead } from "./shell.js";
import { html } from "../core/ui/html.js";
import { t } from "../core/words/words.js";
import { beginAt, isAtTop, scrollToTop, usePlace } from "../core/ui/scroll.js";
import { PeopleList } from "../features/profile/people-list.js";
import { draftFor } from "../features/compose/draft.js";
import { targetOf } from "../features/compose/targets.js";
import { outgoing } from "../core/store/notices.js";
import { key, signedIn } from "../core/store/session.js";
import { threadOf } from "../core/store/threads.js";
import { tweetById } from "../core/store/tweets.js";
import { LargeTweet } from "../features/timeline/large-tweet.js";
import { Ancestors, Replies } from "../features/timeline/thread.js";
import { isNotFound, useLoading } from "./loading.js";
import NeedsKey from "./needs-key.js";
import { Missing } from "./not-found.js";
import { useTitle } from "./title.js";
import "./words.js";

const Composer = lazy(() => import("../features/compose/composer.js"));
const Outgoing = lazy(() => import("../features/compose/outgoing.js"));

// Those who like or reposted it. `settled`: the server knows all that was clicked.
function Who({ words, tweet, count, settled, fetchPage }) {
  const open = useSignal(false);
  if (count === 0) return null;
  // A new list where the number changes: the viewer's own act shows at once.
  return html`<section class="likers">
    <h2>
      <button type="button" class="text-button" aria-expanded=${open.value} onClick=${() => (open.value = !open.value)}>
        ${t(words, { count })}
      </button>
    </h2>
    ${open.value &&
    html`<${PeopleList}
      key=${`${tweet.id} ${settled ? count : ""}`}
      fetchPage=${(before, limit) => fetchPage(tweet.id, before, limit)}
    />`}
  </section>`;
}

// The tweet stays in view while what it replies to comes in above it.
function Middle({ tweet, thread }) {
  const ancestors = thread.ancestors.value;
  useLayoutEffect(() => {
    if (ancestors.length > 0 && isAtTop()) beginAt(tweet.id);
  }, [ancestors]);
  return html`<${LargeTweet} tweet=${tweet} alone=${ancestors.length === 0} />`;
}

// What was begun stays when its author lets nobody reply any more: it can be copied, and be sent if that changes.
function Reply({ target, may }) {
  const draft = draftFor(target);
  if (!may && draft.empty.value) return null;
  return html`${!may && html`<p class="hint bad limited" role="alert">${t("tweet.replies_stopped")}</p>`}
    <${Composer} key=${target} draft=${draft} />`;
}

export default function TweetPage({ id, entry }) {
  const hasKey = key.value !== "";
  const thread = threadOf(id);
  const { error, again } = useLoading(() => thread.load(), [thread], hasKey);
  // Read from the store: the thread brings it, and a live event may.
  const tweet = (thread.replies.value, tweetById(id));
  const gone = isNotFound(error) || tweet?.fate.value === "gone";
  usePlace(`tweet ${entry}`, () => (thread.ancestors.value.length > 0 ? beginAt(id) : scrollToTop()));
  useTitle(tweet ? t("tweet.page_title", { name: tweet.author.name.value }) : t("tweet.title"));
  if (!hasKey) return html`<${PageHead} title=${t("tweet.title")} back /><${NeedsKey} />`;
  if (gone) return html`<${PageHead} title=${t("tweet.title")} back /><${Missing} words="tweet.gone" />`;
  const target = targetOf(id);
  const who = thread.whoMayReply.value;
  return html`
    <${PageHead} title=${t("tweet.title")} back stays />
    ${tweet && html`<${Ancestors} thread=${thread} /><${Middle} tweet=${tweet} thread=${thread} />`}
    ${error && html`<${tweet ? Trouble : Failure} error=${error} retry=${again} />`}
    ${!tweet && !error && html`<${Skeletons} count=${1} />`}
    ${tweet &&
    html`<div class=${thread.ancestors.value.length ? "below tall" : "below"}>
      ${who !== "everyone" && html`<p class="hint limited">${t(`tweet.replies_${who}`)}</p>`}
      ${signedIn.value && html`<${Reply} target=${target} may=${thread.mayReply.value !== false} />`}
      ${outgoing.value && html`<${Outgoing} target=${target} />`}
      <${Who}
        words="tweet.reposted_by"
        tweet=${tweet}
        count=${tweet.repostsCount.value}
        settled=${tweet.repost.wanted === null}
        fetchPage=${fetchReposters}
      />
      <${Who}
        words="tweet.liked_by"
        tweet=${tweet}
        count=${tweet.likesCount.value}
        settled=${tweet.wanted === null}
        fetchPage=${fetchLikers}
      />
      ${!(error && thread.replies.value === null) && html`<${Replies} thread=${thread} />`}
    </div>`}
  `;
}
