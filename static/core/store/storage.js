// What the browser keeps between visits, all under one prefix.
// Private windows and full disks make localStorage throw: then this page's memory has to do.

export const PREFIX = "perch.";
export const memory = new Map();

export function load(name) {
  try {
    const text = localStorage.getItem(PREFIX + name);
    return text === null ? (memory.get(name) ?? null) : JSON.parse(text);
  } catch {
    return memory.get(name) ?? null;
  }
}

export function save(name, value) {
  memory.set(name, value);
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // Kept in memory above: lost with this page, but not before.
  }
}

export function forget(name) {
  memory.delete(name);
  try {
    localStorage.removeItem(PREFIX + name);
  } catch {
    // Nothing was stored.
  }
}

// The names of what is kept, those of this page's memory included.
export function names() {
  const found = new Set(memory.keys());
  try {
    for (const name of Object.keys(localStorage)) {
      if (name.startsWith(PREFIX)) found.add(name.slice(PREFIX.length));
    }
  } catch {
    // Nothing is stored.
  }
  return [...found];
}

// Calls `changed(value)` when another tab saves or forgets `name`.
export function watch(name, changed) {
  addEventListener("storage", (event) => {
    if (event.key === null || event.key === PREFIX + name) {
      memory.delete(name);
      changed(load(name));
    }
  });
}
