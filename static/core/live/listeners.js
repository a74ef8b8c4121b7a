// Who wants to know what the stream tells: for each kind of event, in the order of asking.
const listeners = new Map();

export function whenTold(kind, listener) {
  listeners.set(kind, [...(listeners.get(kind) ?? []), listener]);
}

export function tellListeners(event) {
  for (const listener of listeners.get(event.type) ?? []) listener(event);
}
