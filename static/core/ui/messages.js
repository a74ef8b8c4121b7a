// Short messages over the page, and the words for screen readers. What is behind an open dialog can be neither read
// nor pressed, so the dialog on top has them.
import { useEffect } from "preact/hooks";
import { html } from "./html.js";
import { t } from "../words/words.js";
import { announcement, countDown, dismissNotice, holdNotice, notice } from "../store/notices.js";

function Toast({ text, undo, words }) {
  // Its button may go with a dialog while it has the focus.
  useEffect(
    () => () => {
      if (notice.peek()) countDown();
    },
    [],
  );
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

// `active`: only one of them speaks, but each is there before it does, or screen readers wouldn't notice.
export function Messages({ active }) {
  return html`<div class="hidden" aria-live="polite">${active && announcement.value}</div>
    <div class="toasts" role="status">
      ${active && notice.value && html`<${Toast} key=${notice.value.text} ...${notice.value} />`}
    </div>`;
}
