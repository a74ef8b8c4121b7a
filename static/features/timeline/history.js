// What a tweet said before it was edited.
import { signal, useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { deleteVersion, fetchVersions } from "../../core/api/publishing.js";
import { viewer } from "../../core/store/session.js";
import { useAct } from "../../core/ui/act.js";
import { Dialog, DialogHead } from "../../core/ui/dialog.js";
import { Failure } from "../../core/ui/failure.js";
import { html } from "../../core/ui/html.js";
import { usePages } from "../../core/ui/pages.js";
import { Button, Skeletons, Trouble } from "../../core/ui/rows.js";
import { fullTime } from "../../core/words/time.js";
import { t } from "../../core/words/words.js";
import { Content } from "./content.js";
import "./words.js";

const PAGE_SIZE = 20;

// As a tweet of its own: what covered it then covers it here.
const asTweet = ({ id, text, warning, sensitive, media }) => ({
  id: `version-${id}`,
  text,
  warning,
  sensitive,
  mentions: [],
  uncovered: signal(null),
  poll: signal(null),
  quote: signal(null),
  preview: signal(null),
  language: signal(null),
  media: signal(media),
});

function Version({ tweet, version, removed }) {
  const { id, written_at: at } = version;
  const shown = useMemo(() => asTweet(version), [version]);
  const asks = useSignal(false);
  const act = useAct(async () => {
    await deleteVersion(tweet.id, id);
    removed(id);
  });
  return html`<li class="version">
    <p class="hint"><time datetime=${at}>${fullTime(at)}</time></p>
    <${Content} tweet=${shown} fold />
    ${viewer.value?.id === tweet.author.id &&
    (asks.value
      ? html`<${Button} kind="small danger" busy=${act.busy.value} onClick=${act.press}>${t("versions.delete_now")}<//>`
      : html`<${Button} kind="small quiet" icon="trash" onClick=${() => (asks.value = true)}>${t("versions.delete")}<//>`)}
    ${act.error.value && html`<${Trouble} error=${act.error.value} retry=${act.press} />`}
  </li>`;
}

export default function History({ tweet }) {
  const { items, next, error, loading, more } = usePages(async (before) => {
    const page = await fetchVersions(tweet.id, before, PAGE_SIZE);
    return { items: page.versions, next: page.next };
  });
  useEffect(() => void more(), []);
  const removed = (id) => (items.value = items.value.filter((one) => one.id !== id));
  return html`<${Dialog} label=${t("versions.title")} kind="panel">
    <${DialogHead} title=${t("versions.title")} />
    ${items.value === null
      ? error.value
        ? html`<${Failure} error=${error.value} retry=${more} />`
        : html`<${Skeletons} count=${2} />`
      : items.value.length === 0
        ? html`<p class="versions hint">${t("versions.none")}</p>`
        : html`<ol class="versions">
            ${items.value.map((one) => html`<${Version} key=${one.id} tweet=${tweet} version=${one} removed=${removed} />`)}
          </ol>`}
    ${items.value !== null && error.value && html`<${Trouble} error=${error.value} retry=${more} />`}
    ${next.value !== null &&
    html`<div class="more">
      <${Button} busy=${loading.value} onClick=${more}>${loading.value ? t("feed.loading") : t("feed.more")}<//>
    </div>`}
  <//>`;
}
