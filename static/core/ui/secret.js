// A key or a link that is shown once: to be copied before it is gone.
import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { copyText } from "./copy.js";
import { html } from "./html.js";
import { t } from "../words/words.js";
import { announce } from "../store/notices.js";
import { Button } from "./rows.js";

// `copied` is called once it is on the clipboard; `children` stand beside the button.
export function Secret({ words, secret, copied = () => {}, children }) {
  const done = useSignal(false);
  const box = useRef(null);
  // It takes the place of the form that asked for it, which had the focus. Before anything is painted, so that what
  // contains it can take the focus instead.
  useLayoutEffect(() => box.current.focus({ preventScroll: true }), []);
  const copy = async () => {
    done.value = await copyText(secret);
    if (!done.value) return;
    announce(t("action.copied"));
    copied();
  };
  return html`<div class="secret" ref=${box} tabindex="-1" role="group" aria-label=${words}>
    <p>${words}</p>
    <code class="secret-value" translate="no">${secret}</code>
    <div class="field-row">
      <${Button} kind="primary" icon=${done.value ? "check" : "copy"} onClick=${copy}>
        ${done.value ? t("action.copied") : t("action.copy")}
      <//>
      ${children}
    </div>
  </div>`;
}
