// Makes a picture small enough to be sent, in the browser, where the server would refuse it.
import { WHOLE } from "../../core/lib/frame.js";
import { named, paint } from "../../core/lib/paint.js";

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
    const blob = await paint(bitmap, WHOLE, { side, type: "image/jpeg", quality: 0.88 });
    if (blob && blob.size <= maxBytes) return new File([blob], named(file.name, "jpg"), { type: blob.type });
  }
  return null;
}
