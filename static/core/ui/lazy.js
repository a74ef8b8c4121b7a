// Parts of the client that are fetched when they are first needed.
import { signal } from "@preact/signals";
import { quiet } from "../api/http.js";
import { html } from "./html.js";
import { loadAllWords } from "../words/words.js";
import { partMissing } from "../store/versions.js";

// Wraps `load`, which imports a module whose export of this name is a component. Until it and its
// words are there, `Waiting` is drawn, and `Failed` where they cannot be fetched. `patient`: it lets what was requested
// before be answered first, such as the page's tweets.
export function lazy(load, { name = "default", Waiting = () => null, Failed = () => null, patient = false } = {}) {
  const part = signal(null);
  const failed = signal(false);
  let loading = null;
  const fetchPart = async () => {
    if (patient) await quiet();
    try {
      const [module] = await Promise.all([load(), loadAllWords()]);
      await loadAllWords(); // the part may have brought its own
      part.value = module[name];
    } catch {
      failed.value = true;
      loading = null;
      partMissing();
    }
  };
  const Lazy = (props) => {
    if (part.value) return html`<${part.value} ...${props} />`;
    Lazy.prefetch();
    return html`<${failed.value ? Failed : Waiting} ...${props} />`;
  };
  Lazy.prefetch = () => {
    loading ??= fetchPart();
    return loading;
  };
  return Lazy;
}
