// Pictures at full size, over the page.
import { useSignal } from "@preact/signals";
import { Dialog } from "../components/dialog.js";
import { Icon } from "../components/icon.js";
import { copyText } from "../lib/copy.js";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { closeDialog } from "../store/dialogs.js";
import { announce } from "../store/notices.js";

function AltText({ alt }) {
  const copied = useSignal(false);
  const copy = async () => {
    copied.value = await copyText(alt);
    if (copied.value) announce(t("action.copied"));
  };
  return html`<div class="lightbox-alt">
    <p dir="auto">${alt}</p>
    <button type="button" class="icon-button" aria-label=${t("media.copy_alt")} title=${t("media.copy_alt")} onClick=${copy}>
      <${Icon} name=${copied.value ? "check" : "copy"} />
    </button>
  </div>`;
}

export default function Lightbox({ media, index }) {
  const ready = media.filter((one) => one.state === "ready");
  const position = useSignal(Math.max(0, ready.indexOf(media[index])));
  const one = ready[position.value];
  const turn = (step) => {
    position.value = (position.value + step + ready.length) % ready.length;
  };
  const turnByKey = (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step && ready.length > 1) turn(step);
  };
  const place = t("media.place", { at: position.value + 1, of: ready.length });
  return html`<${Dialog} label=${t("media.viewer")} kind="lightbox" onKeyDown=${turnByKey}>
    <div class="lightbox-bar">
      <span aria-live="polite">${ready.length > 1 ? place : ""}</span>
      <button type="button" class="icon-button" aria-label=${t("action.close")} onClick=${closeDialog}>
        <${Icon} name="close" />
      </button>
    </div>
    <div class="lightbox-stage">
      ${ready.length > 1 &&
      html`<button type="button" class="icon-button turn" aria-label=${t("media.previous")} onClick=${() => turn(-1)}>
        <${Icon} name="back" />
      </button>`}
      <img key=${one.id} src=${one.url} width=${one.width} height=${one.height} alt=${one.alt || t("media.no_alt")} />
      ${ready.length > 1 &&
      html`<button type="button" class="icon-button turn" aria-label=${t("media.next")} onClick=${() => turn(1)}>
        <${Icon} name="next" />
      </button>`}
    </div>
    ${one.alt && html`<${AltText} key=${one.id} alt=${one.alt} />`}
  <//>`;
}
