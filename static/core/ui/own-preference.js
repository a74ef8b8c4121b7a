// One of the viewer's preferences, as a field of Settings shows and changes it.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { notify } from "../store/notices.js";
import { choose, loadPreferences, ownPreferences } from "../store/own-preferences.js";
import { useAct } from "./act.js";

// `value` is null until it is known; `failed` is what failed, with a way to try again.
export function useOwnPreference(name, saved) {
  const wanted = useSignal(null);
  const known = useAct(loadPreferences);
  const change = useAct(async () => {
    let sent;
    do {
      sent = wanted.value;
      await choose({ [name]: sent });
    } while (sent !== wanted.value);
    notify(saved);
  });
  useEffect(() => void known.press(), []);
  return {
    value: change.busy.value ? wanted.value : (ownPreferences.value?.[name] ?? null),
    failed: change.error.value ? change : known,
    set(value) {
      wanted.value = value;
      change.press();
    },
  };
}
