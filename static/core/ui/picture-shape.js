// A single picture keeps its shape within these bounds; beyond them it is cropped.
const TALLEST = 1;
const WIDEST = 3;
export const shapeWithin = (ratio) => Math.min(WIDEST, Math.max(TALLEST, ratio));

/**
 * The style of a cropped picture that keeps its focal point in view.
 * @param {import("../api/shapes.js").FocusJson | null} [focus]
 */
export const focusedOn = (focus) =>
  focus ? { objectPosition: `${50 * (1 + focus.x)}% ${50 * (1 - focus.y)}%` } : undefined;
