// Where a tweet is written.
import { useEffect, useId, useRef } from "preact/hooks";
import { signal, useSignal, useSignalEffect } from "@preact/signals";
import { needsKey } from "../../core/api/http.js";
import { findAll } from "../../core/ui/find.js";
import { Icon } from "../../core/ui/icon.js";
import { focusKeyField } from "../../core/ui/key-field.js";
import { lazy } from "../../core/ui/lazy.js";
import { Avatar } from "../../core/ui/person.js";
import { Button, Trouble } from "../../core/ui/rows.js";
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import { newTweet } from "./draft.js";
import { tweetById } from "../../core/store/tweets.js";
import { announce } from "../../core/store/notices.js";
import { instance, limits, viewer } from "../../core/store/session.js";
import { widestFor } from "./audience.js";
import { useCompletion } from "./completion.js";
import { Counter } from "./counter.js";
import { sendDraft } from "./send.js";
import { replyTo } from "./targets.js";
import "./words.js";

// The author of the tweet that is replied to, and whom it mentions.
function conversation(draft) {
  const parent = tweetById(replyTo(draft.target));
  return parent ? [parent.author, ...parent.mentions].filter(({ id }) => id !== viewer.value?.id) : [];
}

const isReply = (draft) => replyTo(draft.target) !== null;

const AttachmentList = lazy(() => import("./attachment-list.js"));
const VisibilityChoice = lazy(() => import("../visibility/choice.js"));
const RepliesChoice = lazy(() => import("../visibility/replies-choice.js"));
const VisibilityHint = lazy(() => import("../visibility/hint.js"));

// Whoever begins to write may need these, at a moment when there is no network.
let prefetched = false;
function prefetch() {
  if (prefetched) return;
  prefetched = true;
  const parts = [import("./attachment-list.js"), import("./outbox.js"), import("./outgoing.js")];
  const shown = [VisibilityChoice.prefetch(), VisibilityHint.prefetch(), RepliesChoice.prefetch()];
  Promise.all([...parts, ...shown]).catch(() => (prefetched = false));
}

const online = signal(navigator.onLine);
addEventListener("online", () => (online.value = true));
addEventListener("offline", () => (online.value = false));

async function addFiles(draft, fileList) {
  // Read before anything is awaited: the list is emptied after its event.
  const files = [...fileList];
  const attachments = await import("./attachments.js");
  attachments.addFiles(draft, files);
}

// The descriptions are before the button: whoever comes from it by keyboard would miss them.
async function describe(composer, index) {
  for (let frame = 0; frame < 60; frame += 1) {
    const description = findAll(".attachment textarea", composer)[index];
    if (description) {
      description.focus();
      return;
    }
    await new Promise(requestAnimationFrame);
  }
}

function PictureButton({ draft }) {
  const field = useRef(null);
  const button = useRef(null);
  const full = draft.attachments.value.length >= limits.value.media_per_tweet;
  const choose = async (event) => {
    const byKeyboard = button.current.matches(":focus-visible");
    const before = draft.attachments.value.length;
    const adding = addFiles(draft, event.target.files);
    // The same file may be chosen again after it was removed.
    event.target.value = "";
    await adding;
    if (byKeyboard) describe(button.current.closest(".composer"), before);
  };
  return html`<button
      ref=${button}
      type="button"
      class="icon-button accent"
      aria-label=${t("compose.add_pictures")}
      title=${t("compose.add_pictures")}
      disabled=${full}
      onClick=${() => field.current.click()}
    >
      <${Icon} name="image" />
    </button>
    <input
      ref=${field}
      type="file"
      hidden
      multiple
      accept=${instance.value.accepted_types.join(",")}
      onChange=${choose}
    />`;
}

function SendButton({ draft, send }) {
  const busy = draft.sending.value;
  return html`<${Button} kind="primary" busy=${busy} disabled=${!busy && !draft.sendable.value} onClick=${send}>
    ${t(busy ? "compose.sending" : isReply(draft) ? "compose.send_reply" : "compose.send")}
  <//>`;
}

function Failure({ draft, send }) {
  const error = draft.failure.value;
  if (!error) return null;
  const signedOut = needsKey(error) && !viewer.value;
  return html`<${Trouble}
    error=${error}
    label=${t("compose.not_sent")}
    retry=${signedOut ? focusKeyField : send}
    again=${signedOut ? t("key.sign_in") : undefined}
    dismiss=${() => (draft.failure.value = null)}
  />`;
}

function Remarks({ draft }) {
  const remarks = [];
  if (!online.value) remarks.push(t("compose.offline"));
  if (draft.remark.value) remarks.push(t("compose.too_many", { count: limits.value.media_per_tweet }));
  if (draft.restored.value) remarks.push(t("compose.restored"));
  if (draft.tooLong.value) remarks.push(t("compose.too_long"));
  return html`<div class="remarks" aria-live="polite">${remarks.map((text) => html`<p key=${text}>${text}</p>`)}</div>`;
}

export default function Composer({ draft = newTweet, autofocus = false, sent }) {
  const field = useRef(null);
  const id = useId();
  const focused = useSignal(false);
  useEffect(() => {
    if (autofocus) field.current.focus();
  }, []);
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
    draft.restored.value = false;
    draft.failure.value = null;
  };
  const completion = useCompletion(field, write, conversation(draft));
  const send = async () => {
    completion.close();
    if (!(await sendDraft(draft))) return;
    announce(t("compose.sending"));
    sent?.();
    // The button has nothing more to send, and the next tweet begins in the field. (A finger would be met by
    // a keyboard that rises.)
    if (matchMedia("(pointer: fine)").matches) field.current?.focus({ preventScroll: true });
  };
  const onInput = (event) => {
    write(event.target.value);
    completion.onInput();
  };
  const onKeyDown = (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) {
      event.preventDefault();
      send();
    }
  };
  const onPaste = (event) => {
    const { files } = event.clipboardData;
    if (files.length === 0) return;
    event.preventDefault();
    addFiles(draft, files);
  };
  const sending = draft.sending.value;
  const reply = isReply(draft);
  const begun = viewer.value && (focused.value || !draft.empty.value);
  const widest = widestFor(draft);
  return html`<section
    class="composer"
    data-reply=${replyTo(draft.target) ?? undefined}
    aria-label=${t(reply ? "compose.reply_title" : "compose.title")}
    aria-busy=${sending || undefined}
    onPaste=${onPaste}
    onKeyDown=${onKeyDown}
  >
    <${Avatar} user=${viewer.value} />
    <div class="composer-body">
      <textarea
        ref=${field}
        id=${`${id}-text`}
        name="tweet"
        rows="1"
        dir="auto"
        placeholder=${t(reply ? "compose.reply_placeholder" : "compose.placeholder")}
        aria-label=${t(reply ? "compose.reply_label" : "compose.label")}
        aria-describedby=${`${id}-count`}
        readonly=${sending}
        value=${draft.text}
        onInput=${onInput}
        onFocus=${() => {
          focused.value = true;
          prefetch();
        }}
        ...${completion.attributes}
      ></textarea>
      ${completion.list}
      ${draft.attachments.value.length > 0 && html`<${AttachmentList} draft=${draft} />`}
      <${Remarks} draft=${draft} />
      ${begun && html`<${VisibilityHint} draft=${draft} widest=${widest} />`}
      <${Failure} draft=${draft} send=${send} />
      <div class="composer-bar">
        <${PictureButton} draft=${draft} />
        ${begun && !reply && html`<${RepliesChoice} draft=${draft} />`}
        ${begun && html`<${VisibilityChoice} draft=${draft} widest=${widest} />`}
        <${Counter} id=${`${id}-count`} draft=${draft} />
        <${SendButton} draft=${draft} send=${send} />
      </div>
    </div>
  </section>`;
}
