// The frame over a picture that is being cropped, moved and resized by mouse, touch and keyboard.
import { html } from "./html.js";
import { announce } from "../store/notices.js";
import { t } from "../words/words.js";
import { moved, resized } from "../lib/frame.js";

const CORNERS = [-1, 1].flatMap((y) => [-1, 1].map((x) => ({ x, y })));
const EDGES = [{ x: 0, y: -1 }, { x: -1, y: 0 }, { x: 1, y: 0 }, { x: 0, y: 1 }];

// How far an arrow key moves something, in shares of the picture.
const STEP = 0.02;
export const ARROWS = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };

// In words, and exactly.
export const percent = (value) => `${Math.round(value * 100)}%`;
export const percentOf = (value) => `${100 * value}%`;
export const share = (value) => Math.min(1, Math.max(0, value));

/** Calls back with the point of the stage, in shares, as the pointer is moved with the button down; returns the first. */
export function follow(event, stage, onPoint) {
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

const styleOf = ({ left, top, width, height }) => ({
  left: percentOf(left),
  top: percentOf(top),
  width: percentOf(width),
  height: percentOf(height),
});

/** What is cut off, darkened. */
export const Shade = ({ frame }) => html`<div class="crop-shade"><div style=${styleOf(frame)}></div></div>`;

/**
 * @param {object} props
 * @param {import("@preact/signals").Signal<import("../lib/frame.js").Frame>} props.frame
 * @param {number | null} props.shape its width by its height, in shares of the picture's, if that stays
 * @param {{current: HTMLElement}} props.stage the element that is as large as the picture
 * @param {string} props.hint the id of the element that explains it
 */
export function CropFrame({ frame, shape, stage, hint }) {
  const { left, top, width, height } = frame.value;
  const change = (next) => {
    frame.value = next;
  };
  const say = () => {
    const now = frame.peek();
    announce(t("crop.frame_at", { left: percent(now.left), top: percent(now.top), width: percent(now.width), height: percent(now.height) }));
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
  return html`<${Shade} frame=${frame.value} />
  <div
    class="crop-frame"
    style=${styleOf(frame.value)}
    role="application"
    tabindex="0"
    aria-label=${t("crop.frame")}
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
