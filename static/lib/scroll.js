// Where a reader is: a row and its distance from the top, never a bare scrollTop, which means
// another place as soon as rows above it come, go, or get their true height.
import { useLayoutEffect } from "preact/hooks";

const ROWS = "[data-row]";
const FRAMES = 20;

// Rows lie in order, so the first one in view is found without measuring all of them.
function firstVisible(rows, top) {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle].getBoundingClientRect().bottom > top) high = middle;
    else low = middle + 1;
  }
  return rows[low] ?? null;
}

export function capturePlace(root = document.getElementById("main")) {
  const rows = root ? root.querySelectorAll(ROWS) : [];
  // At the very top the reader is reading the page's head, not a row.
  const row = scrollY > 4 && rows.length ? firstVisible(rows, 0) : null;
  return {
    row: row?.dataset.row ?? null,
    offset: row ? row.getBoundingClientRect().top : 0,
    top: scrollY,
    focus: document.activeElement?.closest?.(ROWS)?.dataset.row ?? null,
  };
}

function findRow(id) {
  return id === null ? null : document.querySelector(`#main [data-row="${CSS.escape(id)}"]`);
}

let stopCurrent = () => {};

// Puts the row back where it was. Rows get their true height only when they come into view, so
// it is put back again over some frames, until it stays or the reader scrolls.
export function restorePlace(place) {
  stopCurrent();
  const focused = findRow(place.focus);
  if (focused && document.activeElement === document.body) focused.focus({ preventScroll: true });
  const row = findRow(place.row);
  if (!row) {
    scrollTo(0, place.top ?? 0);
    return;
  }
  let stopped = false;
  stopCurrent = () => {
    stopped = true;
  };
  const gestures = ["wheel", "touchstart", "keydown", "pointerdown"];
  for (const gesture of gestures) {
    addEventListener(gesture, stopCurrent, { once: true, passive: true });
  }
  // The browser's own anchoring would be taken for the reader's hand.
  const { style } = document.documentElement;
  style.overflowAnchor = "none";
  let frames = 0;
  let expected = scrollY;
  const settle = () => {
    if (!settleOnce()) style.overflowAnchor = "";
  };
  const settleOnce = () => {
    if (stopped || !row.isConnected) return false;
    const drift = row.getBoundingClientRect().top - place.offset;
    const moved = Math.abs(drift) >= 1;
    // Scrolled by somebody else, as with the scroll bar: they know where they want to be.
    if (moved && frames > 0 && Math.abs(scrollY - expected) >= 1) return false;
    if (moved) scrollBy(0, drift);
    expected = scrollY;
    frames += 1;
    return frames < FRAMES && requestAnimationFrame(settle);
  };
  settle();
}

// Called before rows above change; what it returns is called after, and puts the reader back.
export function keepPlace() {
  const place = capturePlace();
  return () => {
    if (place.row !== null) restorePlace(place);
  };
}

export function scrollToTop() {
  stopCurrent();
  scrollTo(0, 0);
}

const KEPT = 100;
const places = new Map();
let current = null;

// Called before the page changes, while its rows can still be measured.
export function leavePlace() {
  if (current === null) return;
  places.delete(current);
  places.set(current, capturePlace());
  if (places.size > KEPT) places.delete(places.keys().next().value);
}

// Names the place that this page is. Pages that were seen open where they were left.
export function usePlace(name) {
  useLayoutEffect(() => {
    current = name;
    const place = places.get(name);
    if (place) restorePlace(place);
    else scrollToTop();
    return () => {
      if (current === name) current = null;
    };
  }, [name]);
}
