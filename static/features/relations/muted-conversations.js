// In Settings: the conversations that the viewer muted.
import { useEffect } from "preact/hooks";
import { fetchMutedConversations, setThreadMute } from "../../core/api/relations.js";
import { Failure } from "../../core/ui/failure.js";
import { Button, Skeletons, Trouble } from "../../core/ui/rows.js";
import { useAct } from "../../core/ui/act.js";
import { html } from "../../core/ui/html.js";
import { usePages } from "../../core/ui/pages.js";
import { openedThread } from "../../core/store/threads.js";
import { t } from "../../core/words/words.js";
import "./words.js";

const PAGE_SIZE = 50;

function Row({ conversation: { root_id: root, tweet }, gone }) {
  const { busy, error, press } = useAct(async () => {
    await setThreadMute(root, false);
    const thread = openedThread(root);
    if (thread) thread.muted.value = false;
    gone(root);
  });
  return html`<li class="person">
    ${tweet
      ? html`<a id=${`muted-${root}`} class="excerpt" href=${`/tweets/${root}`} dir="auto"><b>${tweet.author.name}</b> ${tweet.warning ?? tweet.text}</a>`
      : html`<span class="hint">${t("relation.conversation_gone")}</span>`}
    <${Button}
      kind="small"
      busy=${busy.value}
      aria-label=${t("relation.unmute_thread")}
      aria-describedby=${tweet ? `muted-${root}` : undefined}
      onClick=${press}
      >${t("relation.notify_again")}<//
    >
    ${error.value && html`<${Trouble} error=${error.value} retry=${press} />`}
  </li>`;
}

export function MutedConversations() {
  const { items, next, error, loading, more } = usePages(async (before) => {
    const page = await fetchMutedConversations(before, PAGE_SIZE);
    return { items: page.conversations, next: page.next };
  });
  useEffect(() => void more(), []);
  const rows = items.value;
  if (error.value && rows === null) return html`<${Failure} error=${error.value} retry=${more} />`;
  if (rows === null) return html`<${Skeletons} count=${1} />`;
  const gone = (root) => (items.value = items.value.filter((one) => one.root_id !== root));
  return html`${rows.length === 0 && next.value === null && html`<p class="hint">${t("relation.no_conversations")}</p>`}
    <ul class="people">
      ${rows.map((one) => html`<${Row} key=${one.root_id} conversation=${one} gone=${gone} />`)}
    </ul>
    ${error.value && html`<${Trouble} error=${error.value} retry=${more} />`}
    ${next.value !== null && html`<${Button} busy=${loading.value} onClick=${more}>${t("feed.more")}<//>`}`;
}
