// A single picture keeps its shape within these bounds; beyond them it is cropped.
const TALLEST = 1;
const WIDEST = 3;
export const shapeWithin = (ratio) => Math.min(WIDEST, Math.max(TALLEST, ratio));
