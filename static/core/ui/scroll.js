// Where a reader is: a row and its distance from the top, never a bare scrollTop, which means
// another place as soon as rows above it come, go, or get their true height.
import { find } from "./find.js";
import { useLayoutEffect, useRef } from "preact/hooks";

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
  const row = !isAtTop() && rows.length ? firstVisible(rows, 0) : null;
  return {
    row: row?.dataset.row ?? null,
    offset: row ? row.getBoundingClientRect().top : 0,
    top: scrollY,
    focus: closestRow(document.activeElement)?.dataset.row ?? null,
  };
}

function findRow(id) {
  return id === null ? null : find(`#main [data-row="${CSS.escape(id)}"]`);
}

/** @returns {HTMLElement | null} */
const closestRow = (element) => element?.closest(ROWS);

let stopCurrent = () => {};

// The place that is being put back, as long as that lasts.
let target = null;

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
  // The same place may be put back anew before this ends: each time is told from the others by its copy.
  const own = { ...place };
  target = own;
  stopCurrent = () => {
    stopped = true;
    target = null;
  };
  const gestures = ["wheel", "touchstart", "keydown", "pointerdown"];
  for (const gesture of gestures) {
    addEventListener(gesture, stopCurrent, { once: true, passive: true });
  }
  // The browser's own anchoring would be taken for the reader's hand.
  const { style } = document.documentElement;
  style.overflowAnchor = "none";
  let frames = 0;
  let expected = { y: scrollY, height: 0 };
  const settle = () => {
    if (settleOnce() || (target !== null && target !== own)) return;
    style.overflowAnchor = "";
    target = null;
  };
  const settleOnce = () => {
    if (stopped || !row.isConnected) return false;
    const drift = row.getBoundingClientRect().top - place.offset;
    const moved = Math.abs(drift) >= 1;
    const height = document.documentElement.scrollHeight;
    // Scrolled by somebody else, as with the scroll bar: they know where they want to be. A document whose height
    // changes moves by itself, where it is for a moment too short for the place.
    if (moved && height === expected.height && Math.abs(scrollY - expected.y) >= 1) return false;
    if (moved) scrollBy(0, drift);
    expected = { y: scrollY, height };
    frames += 1;
    return frames < FRAMES && requestAnimationFrame(settle);
  };
  settle();
}

// Called before rows above change; what it returns is called after, and puts the reader back.
function keepPlace() {
  // Rows may still be on their way to where they were: that is then the place, and not where they are now.
  const place = target ?? capturePlace();
  return () => {
    if (place.row !== null) restorePlace(place);
  };
}

// Keeps the reader's place where `rows` change. `moves(before)` says whether anything may move.
export function useKeptPlace(rows, moves = (before) => before !== rows) {
  const shown = useRef(rows);
  const restore = useRef(null);
  // Measured while the old rows are still there, put right once the new ones are.
  if (moves(shown.current)) restore.current = keepPlace();
  shown.current = rows;
  useLayoutEffect(() => {
    restore.current?.();
    restore.current = null;
  }, [rows]);
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

// Scrolls so that this row is at the top, below the page's head; what is above it is then out of view.
export function beginAt(row) {
  scrollToTop();
  const head = find("#main .page-head")?.getBoundingClientRect().bottom ?? 0;
  if (findRow(String(row))) restorePlace({ row: String(row), offset: head, focus: null });
}

export const isAtTop = () => scrollY <= 4;

/** The row that had the focus when a page was left, or null. */
export const keptFocus = (name) => places.get(name)?.focus ?? null;

/** The row at which a page was left, or null. */
export const keptRow = (name) => places.get(name)?.row ?? null;

// Names the place that this page is. Pages that were seen open where they were left, others where `begin` puts them.
export function usePlace(name, begin = scrollToTop) {
  useLayoutEffect(() => {
    current = name;
    const place = places.get(name);
    if (place) restorePlace(place);
    else begin();
    return () => {
      if (current === name) current = null;
    };
  }, [name]);
}
