// A modal dialog: the browser's own, which keeps the focus inside and closes with Escape.
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { html } from "../lib/html.js";
import { closeDialog } from "../store/dialogs.js";

export function Dialog({ label, kind, children, ...rest }) {
  const element = useRef(null);
  useLayoutEffect(() => {
    element.current.showModal();
  }, []);
  useEffect(() => {
    const dialog = element.current;
    return () => dialog.close();
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
    onPointerDown=${onPointerDown}
    onClick=${onClick}
    ...${rest}
  >
    <div class="dialog-content">${children}</div>
  </dialog>`;
}
