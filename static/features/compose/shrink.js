// Makes a picture small enough to be sent, in the browser, where the server would refuse it.

const SIDES = [4096, 3072, 2048, 1536];

// Resolves to a JPEG of at most `maxBytes`, or to null where this browser cannot make one.
export async function shrink(file, maxBytes) {
  // A moving picture would lose its movement.
  if (file.type === "image/gif") return null;
  let bitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    return null;
  }
  for (const side of SIDES) {
    const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(bitmap.width * scale);
    canvas.height = Math.round(bitmap.height * scale);
    const context = canvas.getContext("2d");
    // JPEG has no transparency: without paper under it, it would turn black.
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((resolve) => {
      canvas.toBlob(resolve, "image/jpeg", 0.88);
    });
    if (blob && blob.size <= maxBytes) {
      return new File([blob], `${file.name.replace(/\.\w+$/, "")}.jpg`, { type: blob.type });
    }
  }
  return null;
}
