// Cuts a part out of a picture, in the browser.
import { named, paint } from "./paint.js";

// As many pixels as every browser's canvas can hold; the server makes it smaller.
const SIDE = 4096;

// Whether it can be cropped: a moving picture would lose its movement.
export const isCroppable = (file) => file.type !== "image/gif";

/**
 * That part of it as a file, in a format that loses nothing which the original has.
 * @param {File} file
 * @param {{left: number, top: number, width: number, height: number}} frame in shares of the whole
 * @throws {Error} where this browser can't read it or make one
 */
export async function crop(file, frame) {
  if (!isCroppable(file)) throw new Error("it may be moving");
  const bitmap = await createImageBitmap(file);
  const isPhoto = file.type === "image/jpeg";
  const [type, ending] = isPhoto ? ["image/jpeg", "jpg"] : ["image/png", "png"];
  const blob = await paint(bitmap, frame, { side: SIDE, type, quality: 0.92 });
  bitmap.close();
  if (!blob) throw new Error("no picture was made");
  return new File([blob], named(file.name, ending), { type: blob.type });
}
