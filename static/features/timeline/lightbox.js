// Pictures at full size, over the page.
import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { Dialog } from "../../core/ui/dialog.js";
import { Icon } from "../../core/ui/icon.js";
import { Button } from "../../core/ui/rows.js";
import { copyText } from "../../core/ui/copy.js";
import { asset } from "../../core/lib/assets.js";
import { html } from "../../core/ui/html.js";
import { loadStyle } from "../../core/ui/style.js";
import { t } from "../../core/words/words.js";
import { closeDialog } from "../../core/store/dialogs.js";
import { announce } from "../../core/store/notices.js";
import { followGestures } from "./gestures.js";
import "./words.js";

await loadStyle(asset("features/timeline/lightbox.css"));

// How far an arrow key moves a zoomed picture.
const PAN = 80;
const ARROWS = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

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

function Slide({ one, current }) {
  // loading → loaded or failed; another attempt asks under another number, as the failed one is remembered.
  const state = useSignal("loading");
  const attempt = useSignal(0);
  const image = useRef(null);
  useLayoutEffect(() => {
    if (image.current?.complete && image.current.naturalWidth) state.value = "loaded";
  }, [attempt.value]);
  const again = () => {
    state.value = "loading";
    attempt.value += 1;
  };
  return html`<div class="slide" aria-hidden=${!current} data-state=${state.value}>
    ${state.value === "loading" && html`<span class="spinner" aria-hidden="true"></span>`}
    ${state.value === "failed"
      ? html`<div class="slide-failed" role="alert">
          <p>${t("media.failed")}</p>
          <${Button} icon="retry" tabindex=${current ? 0 : -1} onClick=${again}>${t("action.retry")}<//>
        </div>`
      : html`<img
          key=${attempt.value}
          ref=${image}
          src=${one.url}
          width=${one.width}
          height=${one.height}
          style=${{ "--width": one.width, "--height": one.height }}
          alt=${one.alt || t("media.no_alt")}
          draggable=${false}
          onLoad=${() => (state.value = "loaded")}
          onError=${() => (state.value = "failed")}
        />`}
  </div>`;
}

function Turn({ kind, onClick }) {
  const label = t(kind === "back" ? "media.previous" : "media.next");
  return html`<button type="button" class=${`icon-button turn ${kind}`} aria-label=${label} onClick=${onClick}>
    <${Icon} name=${kind} />
  </button>`;
}

export default function Lightbox({ media, index }) {
  const ready = media.filter((one) => one.state === "ready");
  const last = ready.length - 1;
  const position = useSignal(Math.max(0, ready.indexOf(media[index])));
  const stage = useRef(null);
  const gestures = useRef(null);
  const show = (wanted) => {
    if (wanted < 0 || wanted > last || wanted === position.value) return;
    gestures.current?.reset();
    position.value = wanted;
  };
  // Buttons and keys go round; a finger feels where the row ends.
  const turn = (step) => show((position.value + step + ready.length) % ready.length);

  useEffect(() => {
    gestures.current = followGestures(stage.current, {
      picture: () => stage.current.querySelector(".slide[aria-hidden=false] img"),
      turn: (step) => show(position.value + step),
      close: closeDialog,
    });
    return () => gestures.current.stop();
  }, []);

  const onKey = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (!gestures.current) return;
    const { zoomed, zoomBy, moveBy, reset } = gestures.current;
    const arrow = ARROWS[event.key];
    if (arrow && zoomed()) moveBy(arrow[0] * PAN, arrow[1] * PAN);
    else if (event.key === "ArrowLeft") turn(-1);
    else if (event.key === "ArrowRight") turn(1);
    else if (event.key === "Home") show(0);
    else if (event.key === "End") show(last);
    else if (event.key === "+" || event.key === "=") zoomBy(1);
    else if (event.key === "-") zoomBy(-1);
    else if (event.key === "0") reset();
    else return;
    event.preventDefault();
  };

  const one = ready[position.value];
  const place = t("media.place", { at: position.value + 1, of: ready.length });
  // Pictures beside the one in view are there before they are turned to.
  const near = (at) => Math.abs(at - position.value) <= 1;
  return html`<${Dialog} label=${t("media.viewer")} kind="lightbox" onKeyDown=${onKey}>
    <div class="lightbox-bar">
      <span aria-live="polite" class="lightbox-place">${last > 0 ? place : ""}</span>
      <button type="button" class="icon-button" aria-label=${t("action.close")} onClick=${closeDialog}>
        <${Icon} name="close" />
      </button>
    </div>
    <div class="lightbox-stage" ref=${stage} style=${{ "--at": position.value }}>
      <div class="slides">
        ${ready.map((each, at) =>
          near(at)
            ? html`<${Slide} key=${each.id} one=${each} current=${at === position.value} />`
            : html`<div key=${each.id} class="slide" aria-hidden="true"></div>`,
        )}
      </div>
      ${last > 0 && html`<${Turn} kind="back" onClick=${() => turn(-1)} /><${Turn} kind="next" onClick=${() => turn(1)} />`}
    </div>
    ${one.alt && html`<${AltText} key=${one.id} alt=${one.alt} />`}
  <//>`;
}
