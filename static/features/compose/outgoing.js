// Tweets on their way, above the timeline: shown as soon as they are sent, and where they fail.
import { find } from "../../core/ui/find.js";
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Avatar } from "../../core/ui/person.js";
import { Button, Trouble } from "../../core/ui/rows.js";
import { html } from "../../core/ui/html.js";
import { Icon } from "../../core/ui/icon.js";
import { t } from "../../core/words/words.js";
import { load } from "../../core/store/storage.js";
import * as outbox from "./outbox.js";
import { picturesOf } from "./outbox-entry.js";
import { openQuote, openReply } from "../../core/store/openers.js";
import { viewer } from "../../core/store/session.js";
import { focusedOn, shapeWithin } from "../../core/ui/picture-shape.js";
import { TweetText } from "../../core/ui/tweet-text.js";
import { tweetById } from "../../core/store/tweets.js";
import { QuotedCard } from "../quotes/quoted.js";
import VisibilityBadge from "../visibility/badge.js";
import { quoteOf, replyTo } from "./targets.js";
import "./words.js";

function Picture({ one, measured }) {
  const share = one.progress.value;
  const state = one.state.value;
  const measure = ({ target }) => measured(target.naturalWidth / target.naturalHeight);
  return html`<div class="picture" data-state=${state}>
    ${one.preview.value && html`<img src=${one.preview.value} style=${focusedOn(one.focus.value)} alt=${one.alt.value} onLoad=${measure} />`}
    ${state === "uploading" &&
    html`<progress max="100" value=${Math.round(share * 100)} aria-label=${t("compose.uploading", { name: one.name })} />`}
  </div>`;
}

function Pictures({ list }) {
  const shape = useSignal(16 / 10);
  if (list.length === 0) return null;
  // As in the tweet that it becomes.
  const measured = (ratio) => (shape.value = shapeWithin(ratio));
  const style = list.length === 1 ? { aspectRatio: String(shape.value) } : undefined;
  return html`<div class=${`media-grid of-${list.length}`} style=${style}>
    ${list.map((one) => html`<${Picture} key=${one.id} one=${one} measured=${measured} />`)}
  </div>`;
}

async function takeBack(entry) {
  outbox.edit(entry);
  const parent = replyTo(entry.target);
  const quoted = quoteOf(entry.target);
  if (quoted !== null) {
    openQuote(quoted);
    return;
  }
  if (parent !== null && !find(`.composer[data-reply="${parent}"]`)) {
    openReply(parent);
    return;
  }
  // The composer shows it at the next drawing.
  await new Promise(requestAnimationFrame);
  const field = find(parent === null ? ".composer:not([data-reply]) textarea" : `.composer[data-reply="${parent}"] textarea`);
  field?.focus();
  field?.scrollIntoView({ block: "nearest" });
}

// Of a thread, which tweet it is.
const PartNumber = ({ at, of }) => of > 1 && html`<p class="part">${t("compose.part", { number: at + 1, of })}</p>`;

const Edit = ({ entry }) =>
  html`<${Button} kind="small" icon="pen" onClick=${() => takeBack(entry)}>${t("outgoing.edit")}<//>`;

const Discard = ({ entry }) =>
  html`<${Button} kind="small quiet" icon="trash" onClick=${() => outbox.discard(entry)}>${t("outgoing.discard")}<//>`;

function Failure({ entry }) {
  const error = entry.error.value;
  const reused = error?.type === "idempotency_key_reused";
  const label = [t("outgoing.failed"), error?.picture && `${error.picture}:`].filter(Boolean).join(" ");
  // Without a connection nothing is wrong with the tweet.
  return html`${outbox.triedByItself(entry)
      ? html`<p class="hint" role="status">${t("outgoing.waiting")}</p>`
      : error && html`<${Trouble} error=${error} label=${label} />`}
    <div class="outgoing-buttons">
      <${Button}
        kind="small"
        icon="retry"
        onClick=${() => (reused ? outbox.sendAnew(entry) : outbox.retry(entry))}
      >
        ${t(reused ? "outgoing.send_anew" : "action.retry")}
      <//>
      <${Edit} entry=${entry} />
      <${Discard} entry=${entry} />
    </div>`;
}

function Kept({ entry }) {
  return html`<p class="hint">${t("outgoing.kept")}</p>
    <div class="outgoing-buttons">
      <${Edit} entry=${entry} />
      ${!entry.choices.publish_at &&
      html`<${Button} kind="small" onClick=${() => outbox.retry(entry)}>${t("outgoing.send")}<//>`}
      <${Discard} entry=${entry} />
    </div>`;
}

function Sending({ entry }) {
  // Long enough to think again, where a picture is under way.
  const busy = entry.state.value !== "sending" && picturesOf(entry).some((one) => one.state.value !== "ready");
  return html`<div class="outgoing-buttons">
    <span class="hint" role="status"><span class="spinner" aria-hidden="true"></span> ${t("compose.sending")}</span>
    ${busy && html`<${Edit} entry=${entry} /><${Discard} entry=${entry} />`}
  </div>`;
}

function Discarded({ entry }) {
  const undo = useRef(null);
  useEffect(() => {
    // The button that was pressed has gone with the row.
    if (document.activeElement === document.body) undo.current.focus({ preventScroll: true });
  }, []);
  return html`<li class="tweet deleted">
    <p role="status">${t("outgoing.discarded")}</p>
    <span class="countdown" aria-hidden="true"></span>
    <button ref=${undo} type="button" class="button small" onClick=${entry.undo}>${t("action.undo")}</button>
  </li>`;
}

function Entry({ entry }) {
  const state = entry.state.value;
  if (state === "discarded") return html`<${Discarded} entry=${entry} />`;
  const author = viewer.value ?? load("viewer");
  const quoted = tweetById(quoteOf(entry.target));
  return html`<li class="tweet outgoing" data-state=${state}>
    <${Avatar} user=${author} />
    <div class="tweet-body">
      <div class="tweet-head">
        <b class="name"><bdi>${author?.name}</bdi></b>
        <span class="handle">${author && `@${author.handle}`}</span>
        ${entry.choices.visibility && entry.choices.visibility !== "public" &&
        html`<${VisibilityBadge} of=${entry.choices} />`}
      </div>
      ${entry.choices.warning && html`<p class="warned"><${Icon} name="warning" />${entry.choices.warning}</p>`}
      ${entry.parts.map(
        ({ text, pictures }, at) => html`<${PartNumber} at=${at} of=${entry.parts.length} />
          <${TweetText} text=${text} fold />
          <${Pictures} list=${pictures} />`,
      )}
      ${entry.choices.poll && html`<ul class="outgoing-poll">${entry.choices.poll.options.map((one) => html`<li>${one}</li>`)}</ul>`}
      ${quoted && html`<${QuotedCard} tweet=${quoted} />`}
      ${state === "failed" && html`<${Failure} entry=${entry} />`}
      ${state === "kept" && html`<${Kept} entry=${entry} />`}
      ${!["failed", "kept"].includes(state) && html`<${Sending} entry=${entry} />`}
    </div>
  </li>`;
}

// All, or those of one target.
export default function Outgoing({ target }) {
  const list = outbox.mine.value.filter((entry) => target === undefined || entry.target === target);
  if (list.length === 0) return null;
  return html`<ul class="outgoing-list" aria-label=${t("outgoing.title")}>
    ${list.map((entry) => html`<${Entry} key=${entry.once} entry=${entry} />`)}
  </ul>`;
}
