// Drawing a picture anew in the browser.

/**
 * Part of a picture as a file of its own.
 * @param {ImageBitmap} bitmap
 * @param {{left: number, top: number, width: number, height: number}} frame which part, in shares of the whole
 * @param {{side: number, type: string, quality: number}} into its longest side at most, in pixels, and its format
 * @returns {Promise<Blob | null>} null where this browser can't make one
 */
export function paint(bitmap, frame, { side, type, quality }) {
  const width = Math.max(1, Math.round(frame.width * bitmap.width));
  const height = Math.max(1, Math.round(frame.height * bitmap.height));
  const scale = Math.min(1, side / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext("2d");
  if (type === "image/jpeg") {
    // JPEG has no transparency: without paper under it, it would turn black.
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
  }
  const [left, top] = [Math.round(frame.left * bitmap.width), Math.round(frame.top * bitmap.height)];
  context.drawImage(bitmap, left, top, width, height, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => {
    canvas.toBlob(resolve, type, quality);
  });
}

export const named = (name, ending) => `${name.replace(/\.\w+$/, "")}.${ending}`;
