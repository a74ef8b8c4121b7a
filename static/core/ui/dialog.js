// A modal dialog: the browser's own, which keeps the focus inside and closes with Escape.
import { useLayoutEffect, useRef } from "preact/hooks";
import { find } from "./find.js";
import { html } from "./html.js";
import { Icon } from "./icon.js";
import { Messages } from "./messages.js";
import { t } from "../words/words.js";
import { closeDialog, dialog as current } from "../store/dialogs.js";

export function Dialog({ label, kind, children, ...rest }) {
  const element = useRef(null);
  const mine = useRef(current.peek()).current;
  // Before anything is painted: a dialog that closes at once gives the focus back too.
  useLayoutEffect(() => {
    const dialog = element.current;
    dialog.showModal();
    // Only once it is closed: while it is open, nothing behind it takes the focus.
    return () => {
      dialog.close();
      if (mine?.afterwards) mine.afterwards();
      // Where its opener is gone, reading goes on at the heading of the page.
      else (mine?.opener?.isConnected ? mine.opener : find("#main h1"))?.focus({ preventScroll: true });
    };
  }, []);
  const pressed = useRef(null);
  // Only a press that began and ended on the backdrop closes: selecting text may end there.
  const onPointerDown = (event) => (pressed.current = event.target);
  const onClick = (event) => {
    if (event.target === element.current && pressed.current === element.current) closeDialog();
  };
  return html`<dialog
    ref=${element}
    class=${`dialog ${kind}`}
    aria-label=${label}
    onCancel=${(event) => {
      event.preventDefault();
      closeDialog();
    }}
    onClose=${() => {
      // Browsers let Escape be refused only so often: then it is closed without having been asked.
      if (current.peek() === mine) closeDialog();
    }}
    onPointerDown=${onPointerDown}
    onClick=${onClick}
    ...${rest}
  >
    <div class="dialog-content">${children}</div>
    <${Messages} active=${current.value === mine} />
  </dialog>`;
}

export const DialogHead = ({ title }) => html`<div class="dialog-head">
  <h2>${title}</h2>
  <button type="button" class="icon-button" aria-label=${t("action.close")} onClick=${closeDialog}>
    <${Icon} name="close" />
  </button>
</div>`;
