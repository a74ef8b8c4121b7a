// The frame of a crop.

/** @typedef {{left: number, top: number, width: number, height: number}} Frame in shares of the picture, from 0 to 1 */

export const WHOLE = { left: 0, top: 0, width: 1, height: 1 };

// The smallest share of the picture that a frame has on either side.
const SMALLEST = 0.05;

const between = (low, value, high) => Math.min(high, Math.max(low, value));

export const isWhole = ({ width, height }) => width === 1 && height === 1;

export const moved = (frame, dx, dy) => ({
  ...frame,
  left: between(0, frame.left + dx, 1 - frame.width),
  top: between(0, frame.top + dy, 1 - frame.height),
});

/** The largest frame of this shape, in the middle. `shape` is its width by its height, in shares of the picture's. */
export function largest(shape) {
  const width = Math.min(1, shape);
  const height = Math.min(1, 1 / shape);
  return { left: (1 - width) / 2, top: (1 - height) / 2, width, height };
}

// One side of the frame when the handle, at its end (1) or its beginning (-1), is drawn to `to`.
function stretched(begin, length, handle, to) {
  if (handle === 0) return length;
  const [size, room] = handle > 0 ? [to - begin, 1 - begin] : [begin + length - to, begin + length];
  return between(SMALLEST, size, room);
}

/**
 * The frame after one of its handles was drawn to a point of the picture; the opposite corner or edge stays.
 * @param {{left: number, top: number, width: number, height: number}} frame
 * @param {{x: number, y: number}} handle which: -1 for the left or the top, 1 for the right or the bottom, else 0
 * @param {{x: number, y: number}} to the point
 * @param {number | null} shape its width by its height, if that stays; then the handle is a corner
 */
export function resized(frame, handle, to, shape) {
  const right = frame.left + frame.width;
  const bottom = frame.top + frame.height;
  let width = stretched(frame.left, frame.width, handle.x, to.x);
  let height = stretched(frame.top, frame.height, handle.y, to.y);
  if (shape) {
    const most = Math.min(handle.x > 0 ? 1 - frame.left : right, shape * (handle.y > 0 ? 1 - frame.top : bottom));
    width = Math.min(most, Math.max(width, height * shape));
    height = width / shape;
  }
  return {
    left: handle.x < 0 ? right - width : frame.left,
    top: handle.y < 0 ? bottom - height : frame.top,
    width,
    height,
  };
}

// A focal point as the server knows it, from -1 to 1 with y upwards, and as shares from the left and from the top.
export const sharesOf = ({ x, y }) => ({ x: (x + 1) / 2, y: (1 - y) / 2 });
export const focusAt = ({ x, y }) => ({ x: rounded(2 * x - 1), y: rounded(1 - 2 * y) });
const rounded = (value) => Math.round(value * 1000) / 1000 || 0;

/** A point of the whole picture as a point of the frame's part of it; the nearest one if it is outside. */
export const within = (frame, { x, y }) => ({
  x: between(0, (x - frame.left) / frame.width, 1),
  y: between(0, (y - frame.top) / frame.height, 1),
});

/** A point of the frame's part as a point of the whole picture. */
export const outOf = (frame, { x, y }) => ({ x: frame.left + x * frame.width, y: frame.top + y * frame.height });
