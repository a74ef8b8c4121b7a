// The key as a file, and whether this browser has its only copy.
import { saveFile } from "../../core/lib/save-file.js";
import { forget, load, save } from "../../core/store/storage.js";
import { instance } from "../../core/store/session.js";

// Signing out forgets this with everything else.
const NAME = "only_copy";

export const isOnlyCopy = (secret) => load(NAME) === secret.slice(-6);

// Only the end of the key, so that it tells nobody who finds it anything.
export const noteOnlyCopy = (secret) => save(NAME, secret.slice(-6));

// This key, or another one of the same person, is somewhere else now.
export const noteCopied = () => forget(NAME);

export function saveKey(handle, secret) {
  const lines = [instance.value.name, location.origin, `@${handle}`, secret, ""];
  saveFile(new Blob([lines.join("\n")], { type: "text/plain" }), `perch-key-${handle}.txt`);
}
