// Parts of the client that are fetched when they are first needed.
import { signal } from "@preact/signals";
import { html } from "../lib/html.js";

// Wraps `load`, which imports a module whose default export is a component. Until it is there,
// `Waiting` is drawn, and `Failed` where it cannot be fetched.
export function lazy(load, { Waiting = () => null, Failed = () => null } = {}) {
  const part = signal(null);
  const failed = signal(false);
  let loading = null;
  const fetchPart = async () => {
    try {
      part.value = (await load()).default;
    } catch {
      failed.value = true;
      loading = null;
    }
  };
  const Lazy = (props) => {
    if (part.value) return html`<${part.value} ...${props} />`;
    Lazy.prefetch();
    return failed.value ? html`<${Failed} />` : html`<${Waiting} />`;
  };
  Lazy.prefetch = () => {
    loading ??= fetchPart();
    return loading;
  };
  return Lazy;
}
