// Cuts a part out of a picture, in the browser.
import { named, paint } from "./paint.js";

// As many pixels as every browser's canvas can hold; the server makes it smaller.
const SIDE = 4096;

// Where a file says that it moves: near its beginning.
const HEAD = 1 << 16;

const SIGNS = {
  "image/gif": /^GIF8/,
  // https://developers.google.com/speed/webp/docs/riff_container: a chunk of an animation.
  "image/webp": /ANIM/,
  // https://wiki.mozilla.org/APNG_Specification: the chunk before the pixels.
  "image/png": /acTL/,
};

/** Whether a picture may move: cropped here, it would lose that. @param {File} file */
export async function isMoving(file) {
  const sign = SIGNS[file.type];
  if (!sign) return false;
  const head = new Uint8Array(await file.slice(0, HEAD).arrayBuffer());
  return sign.test(new TextDecoder("latin1").decode(head));
}

/**
 * That part of it as a file, in a format that loses nothing which the original has.
 * @param {File} file
 * @param {import("./frame.js").Frame} frame
 * @param {number} side the longest side of the part at most, in pixels
 * @throws {Error} where this browser can't read it or make one
 */
export async function crop(file, frame, side = SIDE) {
  const bitmap = await createImageBitmap(file);
  const isPhoto = file.type === "image/jpeg";
  const [type, ending] = isPhoto ? ["image/jpeg", "jpg"] : ["image/png", "png"];
  const blob = await paint(bitmap, frame, { side, type, quality: 0.92 });
  bitmap.close();
  if (!blob) throw new Error("no picture was made");
  return new File([blob], named(file.name, ending), { type: blob.type });
}
