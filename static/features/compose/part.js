// One tweet of the composer: its text and its pictures. Where there are several, each has its own number and buttons.
import { useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import { Icon } from "../../core/ui/icon.js";
import { lazy } from "../../core/ui/lazy.js";
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import { notify } from "../../core/store/notices.js";
import { limits, viewer } from "../../core/store/session.js";
import { tweetById } from "../../core/store/tweets.js";
import { useCompletion } from "./completion.js";
import { Counter } from "./counter.js";
import { addFiles, PictureButton } from "./picture-button.js";
import { quoteOf, replyTo } from "./targets.js";
import "./words.js";

/** @import { Draft } from "./draft.js" */

const AttachmentList = lazy(() => import("./attachment-list.js"));

// The author of the tweet that is replied to, and whom it mentions.
function conversation(draft) {
  const parent = tweetById(replyTo(draft.target));
  return parent ? [parent.author, ...parent.mentions].filter(({ id }) => id !== viewer.value?.id) : [];
}

function Remarks({ draft }) {
  const remarks = [];
  if (draft.remark.value) remarks.push(t("compose.too_many", { count: limits.value.media_per_tweet }));
  if (draft.tooLong.value) remarks.push(t("compose.too_long"));
  return html`<div class="remarks" aria-live="polite">${remarks.map((text) => html`<p key=${text}>${text}</p>`)}</div>`;
}

function Bar({ draft, whole, number, of, counter }) {
  const remove = () => {
    const isEmpty = draft.blank.value;
    const undo = whole.removePart(draft);
    if (!isEmpty) notify(t("compose.part_removed", { number }), undo);
  };
  return html`<div class="part-bar">
    <${PictureButton} draft=${draft} />
    <span class="hint">${t("compose.part", { number, of })}</span>
    <span class="space"></span>
    <${Counter} id=${counter} draft=${draft} />
    <button
      type="button"
      class="icon-button"
      aria-label=${t("compose.remove_part", { number })}
      title=${t("compose.remove_part", { number })}
      disabled=${whole.sending.value}
      onClick=${remove}
    >
      <${Icon} name="close" />
    </button>
  </div>`;
}

/**
 * @param {object} props
 * @param {Draft} props.draft
 * @param {Draft} props.whole the first tweet, which may be the draft itself
 * @param {number} props.number
 * @param {string} props.counter the id of the element that says how much room is left
 * @param {() => void} props.onFocus
 * @param {boolean} props.autofocus
 */
export function Part({ draft, whole, number, counter, onFocus, autofocus }) {
  const field = useRef(null);
  // Those of a stored draft; another tab may store one at any time.
  useSignalEffect(() => {
    if (draft.unrestored.value.length === 0) return;
    import("./attachments.js").then(
      ({ restorePictures }) => restorePictures(draft),
      () => {},
    );
  });
  const write = (text) => {
    draft.text.value = text;
    whole.restored.value = false;
    whole.failure.value = null;
  };
  const completion = useCompletion(field, write, conversation(draft));
  const onInput = (event) => {
    write(event.target.value);
    completion.onInput();
  };
  const onPaste = (event) => {
    const { files } = event.clipboardData;
    if (files.length === 0) return;
    event.preventDefault();
    addFiles(draft, files);
  };
  const of = whole.parts.value.length;
  const reply = replyTo(draft.target) !== null;
  const placeholder = number > 1 ? "compose.next_placeholder" : reply ? "compose.reply_placeholder" : quoteOf(draft.target) !== null ? "compose.quote_placeholder" : "compose.placeholder";
  const label = t(reply ? "compose.reply_label" : "compose.label");
  return html`<div class="part" onPaste=${onPaste}>
    <textarea
      ref=${field}
      name="tweet"
      rows="1"
      dir="auto"
      autofocus=${autofocus}
      placeholder=${t(placeholder)}
      aria-label=${of > 1 ? `${label} ${t("compose.part", { number, of })}` : label}
      aria-describedby=${counter}
      readonly=${whole.sending.value}
      value=${draft.text}
      onInput=${onInput}
      onFocus=${onFocus}
      ...${completion.attributes}
    ></textarea>
    ${completion.list}
    ${draft.attachments.value.length > 0 && html`<${AttachmentList} draft=${draft} />`}
    <${Remarks} draft=${draft} />
    ${of > 1 && html`<${Bar} draft=${draft} whole=${whole} number=${number} of=${of} counter=${counter} />`}
  </div>`;
}
