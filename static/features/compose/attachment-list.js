// The pictures of the draft: each shows its own progress, failure and description.
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { Icon } from "../../core/ui/icon.js";
import { html } from "../../core/ui/html.js";
import { focusedOn } from "../../core/ui/picture-shape.js";
import { errorText, t } from "../../core/words/words.js";
import { describe, movePicture, removeAttachment, retry } from "./attachments.js";
import { openDialog } from "../../core/store/dialogs.js";
import { announce } from "../../core/store/notices.js";
import { limits } from "../../core/store/session.js";
import "./words.js";

// Trying again doesn't help with these files, and nobody needs a description of them.
const HOPELESS = new Set(["picture_lost", "unsupported_media_type", "too_large", "broken_picture"]);

// The picture that is being dragged. Only pictures of this list move here: files are drop.js's.
let dragged = null;

function Preview({ one, broken }) {
  if (broken.value) {
    // A failure says the name itself, over this.
    const name = one.state.value !== "failed" && html`<span>${one.name}</span>`;
    return html`<div class="no-preview"><${Icon} name="image" />${name}</div>`;
  }
  if (!one.preview.value) return null;
  return html`<img src=${one.preview.value} alt="" style=${focusedOn(one.focus.value)} draggable=${false} onError=${() => (broken.value = true)} />`;
}

function State({ one }) {
  const state = one.state.value;
  if (state === "failed") {
    const hopeless = HOPELESS.has(one.error.value.type);
    return html`<div class="attachment-error" role="alert">
      <p><${Icon} name="warning" /><span>${one.name && html`<b>${one.name}</b> `}${errorText(one.error.value)}</span></p>
      ${!hopeless && html`<button type="button" class="button small" onClick=${() => retry(one)}>${t("action.retry")}</button>`}
    </div>`;
  }
  if (state === "ready") return null;
  const percent = Math.round(one.progress.value * 100);
  return html`<progress max="100" value=${percent} aria-label=${t("compose.uploading", { name: one.name })}>${percent}%</progress>`;
}

function AltField({ one }) {
  const id = useId();
  const set = one.alt.value.trim() !== "";
  return html`<div class="alt-field" data-set=${set}>
    <label for=${id}>${set ? html`<${Icon} name="check" />` : null}${t("compose.alt")}</label>
    <textarea
      id=${id}
      rows="1"
      dir="auto"
      maxlength=${limits.value.alt_max_length}
      placeholder=${t("compose.alt_hint")}
      value=${one.alt}
      onInput=${(event) => (one.alt.value = event.target.value)}
      onBlur=${() => describe(one)}
    ></textarea>
  </div>`;
}

function move(draft, one, to) {
  movePicture(draft, one, to);
  announce(t("compose.moved", { at: to + 1, of: draft.attachments.value.length }));
}

// For keyboards and fingers; a mouse may drag as well.
function MoveButtons({ draft, one, at }) {
  const last = draft.attachments.value.length - 1;
  // A failure needs the room for its words.
  if (last === 0 || one.state.value === "failed") return null;
  const button = (step, icon, words) => {
    const stuck = at + step < 0 || at + step > last;
    const press = (event) => {
      if (stuck) return;
      const { currentTarget } = event;
      move(draft, one, at + step);
      // The picture goes on to its place, and the focus with it, for the next step.
      requestAnimationFrame(() => currentTarget.focus());
    };
    // Not `disabled`, which would take the focus away at the end of the way.
    return html`<button
      type="button"
      class="icon-button"
      aria-disabled=${stuck || undefined}
      aria-label=${t(words, { name: one.name })}
      onClick=${press}
    >
      <${Icon} name=${icon} />
    </button>`;
  };
  return html`<div class="move-buttons">
    ${button(-1, "back", "compose.move_left")} ${button(1, "next", "compose.move_right")}
  </div>`;
}

function Attachment({ draft, one, at }) {
  const { attachments } = draft;
  // Some formats are accepted by the server and cannot be shown by the browser.
  const broken = useSignal(false);
  const editable = !broken.value && one.preview.value && one.state.value !== "failed" && !draft.sending.value;
  const drag = {
    draggable: attachments.value.length > 1,
    onDragStart(event) {
      // Selecting words of the description is no dragging of the picture.
      if (event.target.closest(".alt-field")) {
        event.preventDefault();
        return;
      }
      dragged = one;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", one.name);
    },
    onDragEnter() {
      if (dragged && dragged !== one) movePicture(draft, dragged, at);
    },
    onDragOver(event) {
      if (!dragged) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = "move";
    },
    onDrop(event) {
      if (dragged) event.preventDefault();
    },
    onDragEnd() {
      if (dragged) announce(t("compose.moved", { at: attachments.value.indexOf(dragged) + 1, of: attachments.value.length }));
      dragged = null;
    },
  };
  return html`<li class="attachment" data-state=${one.state.value} data-attachment=${one.id} ...${drag}>
    <div class="thumbnail">
      <${Preview} one=${one} broken=${broken} />
      <button
        type="button"
        class="icon-button remove"
        aria-label=${t("compose.remove_picture", { name: one.name })}
        onClick=${() => removeAttachment(draft, one)}
      >
        <${Icon} name="close" />
      </button>
      <${MoveButtons} draft=${draft} one=${one} at=${at} />
      <${State} one=${one} />
      ${editable &&
      html`<button
        type="button"
        class="icon-button edit"
        aria-label=${t("compose.edit_picture", { name: one.name })}
        title=${t("compose.picture_title")}
        onClick=${() => openDialog(() => import("./picture-editor.js"), { draft, one }, { over: true })}
      >
        <${Icon} name="crop" />
      </button>`}
    </div>
    ${!HOPELESS.has(one.error.value?.type) && html`<${AltField} one=${one} />`}
  </li>`;
}

export default function AttachmentList({ draft }) {
  const list = draft.attachments.value;
  if (list.length === 0) return null;
  return html`<ul class="attachments" aria-label=${t("compose.pictures")}>
    ${list.map((one, at) => html`<${Attachment} key=${one.id} draft=${draft} one=${one} at=${at} />`)}
  </ul>`;
}
