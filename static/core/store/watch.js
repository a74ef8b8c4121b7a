// What other tabs, or other parts of this page, do to what the browser keeps.
import { PREFIX, load, memory, save } from "./storage.js";

const watchers = [];

// Calls `changed(name, value)` when another tab saves or forgets a name that begins like this.
export function watchAll(beginning, changed) {
  watchers.push({ beginning, changed });
  addEventListener("storage", ({ key }) => {
    if (!key?.startsWith(PREFIX + beginning)) return;
    const name = key.slice(PREFIX.length);
    memory.delete(name);
    changed(name, load(name));
  });
}

// Saves something that concerns other parts of this page too.
export function saveAndTell(name, value) {
  save(name, value);
  for (const { beginning, changed } of watchers) if (name.startsWith(beginning)) changed(name, value);
}
