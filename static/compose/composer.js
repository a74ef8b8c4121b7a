// Where a tweet is written.
import { useEffect, useId, useRef } from "preact/hooks";
import { effect, signal } from "@preact/signals";
import { Icon } from "../components/icon.js";
import { focusKeyField } from "../components/key-panel.js";
import { lazy } from "../components/lazy.js";
import { Avatar } from "../components/people.js";
import { Button, Trouble } from "../components/rows.js";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import * as draft from "../store/draft.js";
import { announce } from "../store/notices.js";
import { instance, limits, viewer } from "../store/session.js";
import { Counter } from "./counter.js";

const AttachmentList = lazy(() => import("./attachments.js"));

// Those of a stored draft; another tab may store one at any time.
effect(() => {
  if (draft.unrestored.value.length === 0) return;
  import("../store/attachments.js").then(
    (attachments) => attachments.restorePictures(),
    () => {},
  );
});

// Whoever begins to write may need these, at a moment when there is no network.
let prefetched = false;
function prefetch() {
  if (prefetched) return;
  prefetched = true;
  const parts = [import("./attachments.js"), import("../store/outbox.js"), import("../timeline/outgoing.js")];
  Promise.all(parts).catch(() => (prefetched = false));
}

const online = signal(navigator.onLine);
addEventListener("online", () => (online.value = true));
addEventListener("offline", () => (online.value = false));

async function addFiles(fileList) {
  // Read before anything is awaited: the list is emptied after its event.
  const files = [...fileList];
  const attachments = await import("../store/attachments.js");
  attachments.addFiles(files);
}

function PictureButton() {
  const field = useRef(null);
  const full = draft.attachments.value.length >= limits.value.media_per_tweet;
  const choose = (event) => {
    addFiles(event.target.files);
    // The same file may be chosen again after it was removed.
    event.target.value = "";
  };
  return html`<button
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

function SendButton({ send }) {
  const busy = draft.sending.value;
  return html`<${Button} kind="primary" busy=${busy} disabled=${!busy && !draft.sendable.value} onClick=${send}>
    ${busy ? t("compose.sending") : t("compose.send")}
  <//>`;
}

function Failure({ send }) {
  const error = draft.failure.value;
  if (!error) return null;
  const needsKey = error.type === "missing_key" || error.type === "invalid_key";
  return html`<${Trouble}
    error=${error}
    label=${t("compose.not_sent")}
    retry=${needsKey && !viewer.value ? focusKeyField : send}
    dismiss=${() => (draft.failure.value = null)}
  />`;
}

function Remarks() {
  const remarks = [];
  if (!online.value) remarks.push(t("compose.offline"));
  if (draft.remark.value) remarks.push(t("compose.too_many", { count: limits.value.media_per_tweet }));
  if (draft.restored.value) remarks.push(t("compose.restored"));
  if (draft.tooLong.value) remarks.push(t("compose.too_long"));
  return html`<div class="remarks" aria-live="polite">${remarks.map((text) => html`<p key=${text}>${text}</p>`)}</div>`;
}

export default function Composer({ autofocus = false, sent }) {
  const field = useRef(null);
  const id = useId();
  useEffect(() => {
    if (autofocus) field.current.focus();
  }, []);
  const send = async () => {
    if (!(await draft.sendDraft())) return;
    announce(t("compose.sending"));
    sent?.();
    // The button has nothing more to send, and the next tweet begins in the field. (A finger would be met by
    // a keyboard that rises.)
    if (matchMedia("(pointer: fine)").matches) field.current?.focus({ preventScroll: true });
  };
  const onInput = (event) => {
    draft.text.value = event.target.value;
    draft.restored.value = false;
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
    addFiles(files);
  };
  const sending = draft.sending.value;
  return html`<section class="composer" aria-label=${t("compose.title")} aria-busy=${sending || undefined} onPaste=${onPaste}>
    <${Avatar} user=${viewer.value} />
    <div class="composer-body">
      <textarea
        ref=${field}
        id=${`${id}-text`}
        name="tweet"
        rows="1"
        dir="auto"
        placeholder=${t("compose.placeholder")}
        aria-label=${t("compose.label")}
        aria-describedby=${`${id}-count`}
        readonly=${sending}
        value=${draft.text}
        onInput=${onInput}
        onKeyDown=${onKeyDown}
        onFocus=${prefetch}
      ></textarea>
      ${draft.attachments.value.length > 0 && html`<${AttachmentList} />`}
      <${Remarks} />
      <${Failure} send=${send} />
      <div class="composer-bar">
        <${PictureButton} />
        <${Counter} id=${`${id}-count`} />
        <${SendButton} send=${send} />
      </div>
    </div>
  </section>`;
}
