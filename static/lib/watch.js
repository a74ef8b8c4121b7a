// What other tabs do to what the browser keeps.
import { PREFIX, load, memory } from "./storage.js";

// The same for all names that begin alike: calls `changed(name, value)`.
export function watchAll(beginning, changed) {
  addEventListener("storage", ({ key }) => {
    if (!key?.startsWith(PREFIX + beginning)) return;
    const name = key.slice(PREFIX.length);
    memory.delete(name);
    changed(name, load(name));
  });
}
