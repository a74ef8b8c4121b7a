// The pictures of the draft: each shows its own progress, failure and description.
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { Icon } from "../components/icon.js";
import { html } from "../lib/html.js";
import { errorText, t } from "../lib/i18n.js";
import { describe, removeAttachment, retry } from "../store/attachments.js";
import { attachments, sending } from "../store/draft.js";
import { limits } from "../store/session.js";

function Preview({ one }) {
  // Some formats are accepted by the server and cannot be shown by the browser.
  const broken = useSignal(false);
  if (broken.value) {
    // A failure says the name itself, over this.
    const name = one.state.value !== "failed" && html`<span>${one.name}</span>`;
    return html`<div class="no-preview"><${Icon} name="image" />${name}</div>`;
  }
  return html`<img src=${one.preview} alt="" onError=${() => (broken.value = true)} />`;
}

function State({ one }) {
  const state = one.state.value;
  if (state === "failed") {
    const lost = !one.file && !one.media.value;
    return html`<div class="attachment-error" role="alert">
      <p><${Icon} name="warning" /><span>${one.name && html`<b>${one.name}</b> `}${errorText(one.error.value)}</span></p>
      ${!lost && html`<button type="button" class="button small" onClick=${() => retry(one)}>${t("action.retry")}</button>`}
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
      readonly=${sending.value}
      value=${one.alt}
      onInput=${(event) => (one.alt.value = event.target.value)}
      onBlur=${() => describe(one)}
    ></textarea>
  </div>`;
}

function Attachment({ one }) {
  return html`<li class="attachment" data-state=${one.state.value}>
    <div class="thumbnail">
      <${Preview} one=${one} />
      <button
        type="button"
        class="icon-button remove"
        aria-label=${t("compose.remove_picture", { name: one.name })}
        disabled=${sending.value}
        onClick=${() => removeAttachment(one)}
      >
        <${Icon} name="close" />
      </button>
      <${State} one=${one} />
    </div>
    <${AltField} one=${one} />
  </li>`;
}

export default function AttachmentList() {
  const list = attachments.value;
  if (list.length === 0) return null;
  return html`<ul class="attachments" aria-label=${t("compose.pictures")}>
    ${list.map((one) => html`<${Attachment} key=${one.id} one=${one} />`)}
  </ul>`;
}
