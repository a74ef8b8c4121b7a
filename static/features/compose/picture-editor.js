// Cropping a picture of the draft and choosing its focal point, in a dialog over the composer.
import { useSignal } from "@preact/signals";
import { useEffect, useId, useMemo, useRef } from "preact/hooks";
import { Dialog, DialogHead } from "../../core/ui/dialog.js";
import { html } from "../../core/ui/html.js";
import { closeDialog } from "../../core/store/dialogs.js";
import { announce } from "../../core/store/notices.js";
import { errorText, t } from "../../core/words/words.js";
import { cropAttachment, setFocus } from "./attachments.js";
import { isCroppable } from "./crop.js";
import { WHOLE, focusAt, largest, moved, outOf, resized, sharesOf, within } from "./frame.js";
import "./words.js";

// The width of a frame by its height, in pixels.
/** @type {Record<string, number | null>} */
const SHAPES = { free: null, square: 1, "4:3": 4 / 3, "16:9": 16 / 9 };
const CORNERS = [-1, 1].flatMap((y) => [-1, 1].map((x) => ({ x, y })));
const EDGES = [{ x: 0, y: -1 }, { x: -1, y: 0 }, { x: 1, y: 0 }, { x: 0, y: 1 }];
const CENTRE = { x: 0.5, y: 0.5 };

// How far an arrow key moves something, in shares of the picture.
const STEP = 0.02;
const ARROWS = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };

// In words, and exactly.
const percent = (value) => `${Math.round(value * 100)}%`;
const percentOf = (value) => `${100 * value}%`;
const share = (value) => Math.min(1, Math.max(0, value));

// Calls back with the point of the stage, in shares, as the pointer is moved with the button down.
function follow(event, stage, onPoint) {
  const { left, top, width, height } = stage.getBoundingClientRect();
  const { target } = event;
  const point = (at) => ({ x: share((at.clientX - left) / width), y: share((at.clientY - top) / height) });
  event.preventDefault();
  event.stopPropagation();
  target.setPointerCapture(event.pointerId);
  const onMove = (at) => onPoint(point(at));
  target.addEventListener("pointermove", onMove);
  target.addEventListener("lostpointercapture", () => target.removeEventListener("pointermove", onMove), { once: true });
  return point(event);
}

function Frame({ frame, shape, stage, hint }) {
  const { left, top, width, height } = frame.value;
  const change = (next) => {
    frame.value = next;
  };
  const say = () => {
    const now = frame.peek();
    announce(t("compose.frame_at", { left: percent(now.left), top: percent(now.top), width: percent(now.width), height: percent(now.height) }));
  };
  const onKeyDown = (event) => {
    const arrow = ARROWS[event.key];
    if (!arrow) return;
    event.preventDefault();
    const [dx, dy] = arrow;
    if (event.shiftKey) {
      const corner = { x: left + width + dx, y: top + height + dy };
      // Kept in shape, it grows and shrinks with either arrow.
      const back = shape ? { x: corner.x + dy, y: corner.y + dx } : corner;
      change(resized(frame.value, { x: 1, y: 1 }, back, shape));
    } else change(moved(frame.value, dx, dy));
    say();
  };
  const onMoveDown = (event) => {
    const before = frame.peek();
    const from = follow(event, stage.current, (to) => change(moved(before, to.x - from.x, to.y - from.y)));
    event.currentTarget.focus();
  };
  const handles = shape ? CORNERS : [...EDGES, ...CORNERS];
  const style = { left: percentOf(left), top: percentOf(top), width: percentOf(width), height: percentOf(height) };
  return html`<div class="crop-shade"><div style=${style}></div></div>
  <div
    class="crop-frame"
    style=${style}
    role="application"
    tabindex="0"
    aria-label=${t("compose.frame")}
    aria-describedby=${hint}
    onKeyDown=${onKeyDown}
    onPointerDown=${onMoveDown}
  >
    ${handles.map(
      (handle) => html`<span
        key=${`${handle.x} ${handle.y}`}
        class="crop-handle"
        data-x=${handle.x}
        data-y=${handle.y}
        onPointerDown=${(event) => {
          const before = frame.peek();
          follow(event, stage.current, (to) => change(resized(before, handle, to, shape)));
        }}
      ></span>`,
    )}
  </div>`;
}

function FocalPoint({ focus, stage, hint }) {
  const { x, y } = focus.value ?? CENTRE;
  const onKeyDown = (event) => {
    const arrow = ARROWS[event.key];
    if (!arrow) return;
    event.preventDefault();
    focus.value = { x: share(x + arrow[0]), y: share(y + arrow[1]) };
    announce(t("compose.focus_at", { left: percent(focus.value.x), top: percent(focus.value.y) }));
  };
  const point = useRef(null);
  const onPointerDown = (event) => {
    focus.value = follow(event, stage.current, (to) => {
      focus.value = to;
    });
    point.current.focus();
  };
  return html`<div class="focal-area" onPointerDown=${onPointerDown}>
    <div
      ref=${point}
      class="focal-point"
      style=${{ left: percentOf(x), top: percentOf(y) }}
      role="application"
      tabindex="0"
      aria-label=${t("compose.focus")}
      aria-describedby=${hint}
      onKeyDown=${onKeyDown}
    ></div>
  </div>`;
}

function Options({ legend, options, value }) {
  const name = useId();
  return html`<fieldset class="choice">
    <legend class="hidden">${legend}</legend>
    <div class="choices">
      ${options.map(
        ([option, words]) => html`<label key=${option}>
          <input type="radio" name=${name} checked=${option === value.value} onChange=${() => (value.value = option)} />
          <span>${words}</span>
        </label>`,
      )}
    </div>
  </fieldset>`;
}

/**
 * @param {object} props
 * @param {import("./draft.js").Draft} props.draft
 * @param {any} props.one the attachment
 */
export default function PictureEditor({ draft, one }) {
  const hint = useId();
  const stage = useRef(null);
  const { file, frame: before } = one.original ?? { file: one.file, frame: WHOLE };
  const croppable = !one.published && isCroppable(file ?? one.media.value);
  const source = useMemo(() => (file ? URL.createObjectURL(file) : one.media.value.url), []);
  useEffect(() => () => file && URL.revokeObjectURL(source), []);
  const mode = useSignal(croppable ? "crop" : "focus");
  const frame = useSignal(before);
  const shape = useSignal("free");
  // The width of the picture by its height, once it is there.
  const ratio = useSignal(0);
  const focus = useSignal(one.focus.value && outOf(before, sharesOf(one.focus.value)));
  const failure = useSignal(null);
  const busy = useSignal(false);
  const chosen = SHAPES[shape.value];
  const inShares = chosen && ratio.value ? chosen / ratio.value : null;
  useEffect(() => {
    if (inShares) frame.value = largest(inShares);
  }, [inShares]);

  const reset = () => {
    frame.value = WHOLE;
    shape.value = "free";
    focus.value = null;
  };
  const apply = async () => {
    busy.value = true;
    failure.value = null;
    const cut = frame.value;
    try {
      const same = JSON.stringify(cut) === JSON.stringify(before);
      const into = same ? one : await cropAttachment(draft, one, cut);
      setFocus(into, focus.value && focusAt(within(cut, focus.value)));
      closeDialog();
    } catch {
      failure.value = { type: "not_cropped" };
      busy.value = false;
    }
  };
  const cropping = mode.value === "crop";
  return html`<${Dialog} label=${t("compose.picture_title")} kind="panel picture-editor">
    <${DialogHead} title=${t("compose.picture_title")} />
    <div class="picture-stage" ref=${stage}>
      <img src=${source} alt=${one.alt.value} draggable=${false} onLoad=${({ target }) => (ratio.value = target.naturalWidth / target.naturalHeight)} />
      ${cropping
        ? html`<${Frame} frame=${frame} shape=${inShares} stage=${stage} hint=${hint} />`
        : html`<${FocalPoint} focus=${focus} stage=${stage} hint=${hint} />`}
    </div>
    <div class="picture-controls">
      ${croppable &&
      html`<${Options}
        legend=${t("compose.picture_do")}
        options=${[["crop", t("compose.crop")], ["focus", t("compose.focus")]]}
        value=${mode}
      />`}
      <p class="hint" id=${hint}>${t(cropping ? "compose.crop_hint" : "compose.focus_hint")}</p>
      ${cropping &&
      html`<${Options}
        legend=${t("compose.shape")}
        options=${Object.keys(SHAPES).map((name) => [name, name.includes(":") ? name : t(`compose.shape_${name}`)])}
        value=${shape}
      />`}
      ${failure.value && html`<p class="trouble" role="alert">${errorText(failure.value)}</p>`}
      <div class="question-buttons">
        <button type="button" class="button" onClick=${reset}>${t("compose.picture_reset")}</button>
        <button type="button" class="button primary" disabled=${busy.value} onClick=${apply}>${t("action.done")}</button>
      </div>
    </div>
  <//>`;
}
