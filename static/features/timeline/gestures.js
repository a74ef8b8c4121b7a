// Fingers, mouse and wheel on the pictures of the lightbox: turning, closing, zooming, and moving
// what is zoomed. Positions go straight into styles: no drawing anew while a finger moves.

const LARGEST = 8;
const DOUBLE = 2.5;
const STEP = 1.5;

const TAP_TIME = 300;
const TAP_REACH = 30;
// A finger that moved less has not moved.
const SLACK = 8;
// What is dragged this far, or thrown this fast (px/ms), goes where it was going.
const FAR = 0.25;
const FAR_DOWN = 120;
const FAST = 0.5;

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

const between = (a, b) => ({
  x: (a.x + b.x) / 2,
  y: (a.y + b.y) / 2,
  distance: Math.hypot(a.x - b.x, a.y - b.y),
});

// `stage` is where the pictures lie in a row; `picture()` is the <img> in view; `turn(step)` returns
// whether there was a picture to turn to; `close()` closes. Returns {zoomBy, moveBy, reset, stop}.
export function followGestures(stage, { picture, turn, close }) {
  const fingers = new Map();
  let view = { scale: 1, x: 0, y: 0 };
  let drag = null;
  let lastTap = { time: -Infinity, x: 0, y: 0 };

  const zoomed = () => view.scale > 1.01;

  function show() {
    const image = picture();
    if (image) image.style.transform = zoomed() ? `translate(${view.x}px, ${view.y}px) scale(${view.scale})` : "";
    stage.classList.toggle("zoomed", zoomed());
  }

  // The picture's edge does not come further in than the stage's, nor does a small picture leave its middle.
  function place(scale, x, y) {
    const image = picture();
    const roomX = Math.max(0, (image.offsetWidth * scale - stage.clientWidth) / 2);
    const roomY = Math.max(0, (image.offsetHeight * scale - stage.clientHeight) / 2);
    view = { scale, x: clamp(x, -roomX, roomX), y: clamp(y, -roomY, roomY) };
    show();
  }

  // The point of the picture that is under (x, y), of the window, stays there.
  function zoomTo(wanted, x, y) {
    const scale = clamp(wanted, 1, LARGEST);
    const box = stage.getBoundingClientRect();
    const fromMiddle = { x: x - box.left - box.width / 2, y: y - box.top - box.height / 2 };
    const ratio = scale / view.scale;
    place(
      scale,
      fromMiddle.x - (fromMiddle.x - view.x) * ratio,
      fromMiddle.y - (fromMiddle.y - view.y) * ratio,
    );
  }

  function reset() {
    view = { scale: 1, x: 0, y: 0 };
    show();
  }

  function pull(x, y) {
    stage.style.setProperty("--drag-x", `${x}px`);
    stage.style.setProperty("--drag-y", `${y}px`);
    stage.style.setProperty("--pulled", String(clamp(y / (stage.clientHeight / 2), 0, 1)));
  }

  function settle() {
    stage.classList.remove("held");
    pull(0, 0);
  }

  function down(event) {
    if (event.button !== 0) return;
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    stage.classList.add("held");
    if (fingers.size === 1) {
      const { clientX: x, clientY: y, timeStamp: time, target, pointerType } = event;
      drag = { x, y, time, target, mouse: pointerType === "mouse", way: null, from: { ...view } };
    } else {
      // A second finger: whatever the first one was doing, this is a pinch.
      drag = null;
      pull(0, 0);
    }
  }

  function move(event) {
    if (!fingers.has(event.pointerId)) return;
    const before = [...fingers.values()];
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    const after = [...fingers.values()];
    if (after.length === 2) pinch(between(...before), between(...after));
    else if (drag) dragTo(event);
  }

  function pinch(before, after) {
    if (before.distance < 1) return;
    view = { ...view, x: view.x + after.x - before.x, y: view.y + after.y - before.y };
    zoomTo((view.scale * after.distance) / before.distance, after.x, after.y);
  }

  function dragTo(event) {
    const x = event.clientX - drag.x;
    const y = event.clientY - drag.y;
    if (!drag.way) {
      if (Math.hypot(x, y) < SLACK) return;
      // Not before: a press on a button is the button's.
      stage.setPointerCapture(event.pointerId);
      if (zoomed()) drag.way = "pan";
      else if (drag.mouse) drag.way = "none";
      else if (Math.abs(x) > Math.abs(y)) drag.way = "turn";
      else drag.way = y > 0 ? "close" : "none";
    }
    if (drag.way === "pan") place(view.scale, drag.from.x + x, drag.from.y + y);
    if (drag.way === "turn") pull(x, 0);
    if (drag.way === "close") pull(0, Math.max(0, y));
  }

  function up(event) {
    if (!fingers.delete(event.pointerId)) return;
    if (fingers.size > 0) return;
    const ended = drag;
    drag = null;
    settle();
    if (!ended) return;
    const x = event.clientX - ended.x;
    const y = event.clientY - ended.y;
    const time = Math.max(1, event.timeStamp - ended.time);
    if (ended.way === "turn") {
      const far = Math.abs(x) > stage.clientWidth * FAR || Math.abs(x) / time > FAST;
      if (far) turn(x < 0 ? 1 : -1);
    } else if (ended.way === "close") {
      if (y > FAR_DOWN || y / time > FAST) close();
    } else if (!ended.way) tap(event, ended.target);
  }

  function tap({ clientX: x, clientY: y, timeStamp: time }, target) {
    if (target.closest("button")) return;
    if (target.localName !== "img") {
      if (!zoomed()) close();
      return;
    }
    const again = time - lastTap.time < TAP_TIME && Math.hypot(x - lastTap.x, y - lastTap.y) < TAP_REACH;
    lastTap = again ? { time: -Infinity, x, y } : { time, x, y };
    if (!again) return;
    if (zoomed()) reset();
    else zoomTo(DOUBLE, x, y);
  }

  function cancel(event) {
    fingers.delete(event.pointerId);
    drag = null;
    if (fingers.size === 0) settle();
  }

  // With ctrl, which is also what a touchpad's pinch says, the wheel zooms; else it moves what is zoomed.
  function wheel(event) {
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      zoomTo(view.scale * Math.exp(-event.deltaY / 200), event.clientX, event.clientY);
    } else if (zoomed()) {
      event.preventDefault();
      place(view.scale, view.x - event.deltaX, view.y - event.deltaY);
    }
  }

  const stopping = new AbortController();
  const listeners = { pointerdown: down, pointermove: move, pointerup: up, pointercancel: cancel, wheel };
  for (const [name, listener] of Object.entries(listeners)) {
    stage.addEventListener(name, listener, { passive: false, signal: stopping.signal });
  }

  return {
    zoomed,
    reset,
    stop: () => stopping.abort(),
    zoomBy(steps) {
      const box = stage.getBoundingClientRect();
      zoomTo(view.scale * STEP ** steps, box.left + box.width / 2, box.top + box.height / 2);
    },
    moveBy: (x, y) => place(view.scale, view.x + x, view.y + y),
  };
}
