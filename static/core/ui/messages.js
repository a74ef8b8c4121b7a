// Short messages over the page, and the words for screen readers. What is behind an open dialog can be neither read
// nor pressed, so the dialog on top has them.
import { html } from "./html.js";
import { t } from "../words/words.js";
import { announcement, countDown, dismissNotice, holdNotice, notice } from "../store/notices.js";

function Toast({ text, undo, words }) {
  const press = () => {
    dismissNotice();
    undo();
  };
  return html`<p class="toast">
    ${text}${undo && html` <button
      type="button"
      class="text-button"
      onClick=${press}
      onFocus=${holdNotice}
      onBlur=${countDown}
    >
      ${t(words)}
    </button>`}
  </p>`;
}

export function Messages() {
  return html`<div class="hidden" aria-live="polite">${announcement}</div>
    <div class="toasts" role="status">
      ${notice.value && html`<${Toast} key=${notice.value.text} ...${notice.value} />`}
    </div>`;
}
