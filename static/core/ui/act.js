// What a button or a form does: once at a time, its failure kept beside it; `press` tries again too.
import { useSignal } from "@preact/signals";

export function useAct(act, ready = true) {
  const busy = useSignal(false);
  const error = useSignal(null);
  const press = async (event) => {
    event?.preventDefault?.();
    if (!ready || busy.value) return;
    busy.value = true;
    error.value = null;
    try {
      await act();
    } catch (failure) {
      error.value = failure;
    } finally {
      busy.value = false;
    }
  };
  return { busy, error, press };
}
