// A thread on the page of one of its tweets: what it replies to above it, and the replies below.
import { useSignal } from "@preact/signals";
import { Button, EmptyRow, Skeletons, Trouble } from "../../core/ui/rows.js";
import { find } from "../../core/ui/find.js";
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import { useKeptPlace } from "../../core/ui/scroll.js";
import { openRow } from "./open-row.js";
import { Tweet, indent } from "./tweet.js";
import "./words.js";

const Entry = ({ entry, depth = 0 }) =>
  entry.deleted
    ? html`<p class="tweet in-thread gone hidden-reply" style=${indent(depth)}>${t("thread.deleted")}</p>`
    : html`<${Tweet} id=${entry.id} within depth=${depth} />`;

export function Ancestors({ thread }) {
  const entries = thread.ancestors.value;
  const above = thread.above.value;
  useKeptPlace(entries);
  if (entries.length === 0) return null;
  return html`<div class="ancestors" onClick=${openRow}>
    ${above !== null && html`<p class="more"><a class="button" href=${`/tweets/${above}`}>${t("thread.earlier")}</a></p>`}
    ${entries.map((entry) => html`<${Entry} key=${entry.id} entry=${entry} />`)}
  </div>`;
}

// Without what is below replies that are still behind a click.
function seen(entries, opened) {
  let below = Infinity;
  return entries.filter((entry) => {
    if (entry.depth > below) return false;
    below = entry.hidden && !opened.has(entry.id) ? entry.depth : Infinity;
    return true;
  });
}

// A reply that its addressee put behind a click, with those below it.
const Hidden = ({ entry, show }) => html`<p class="tweet in-thread gone" style=${indent(entry.depth - 1)}>
  ${t("thread.hidden")} <button type="button" class="text-button" onClick=${show}>${t("thread.show")}</button>
</p>`;

export function Replies({ thread }) {
  const entries = thread.replies.value;
  const opened = useSignal(new Set());
  const error = thread.error.value;
  useKeptPlace(entries);
  const show = (id) => {
    opened.value = new Set([...opened.value, id]);
    // The button has gone.
    requestAnimationFrame(() => find(`.replies [data-row="${id}"]`)?.focus({ preventScroll: true }));
  };
  if (entries === null) return html`<${Skeletons} count=${2} />`;
  return html`<section class="replies" aria-labelledby="replies-title">
    <h2 id="replies-title">${t("thread.replies")}</h2>
    ${entries.length === 0 && html`<${EmptyRow} title=${t("thread.no_replies")} />`}
    <div onClick=${openRow}>
      ${seen(entries, opened.value).map((entry) =>
        entry.hidden && !opened.value.has(entry.id)
          ? html`<${Hidden}
              key=${entry.id}
              entry=${entry}
              show=${() => show(entry.id)}
            />`
          : html`<${Entry} key=${entry.id} entry=${entry} depth=${entry.depth - 1} />`,
      )}
    </div>
    ${error && html`<${Trouble} error=${error} retry=${() => thread.more()} />`}
    ${thread.next.value !== null &&
    html`<div class="more">
      <${Button} busy=${thread.loading.value} onClick=${() => thread.more()}>${t("thread.more")}<//>
    </div>`}
  </section>`;
}
