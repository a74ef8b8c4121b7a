// Loads what a page shows and keeps its failure beside it.
import { useSignal } from "@preact/signals";
import { useCallback, useEffect } from "preact/hooks";
import { missed } from "../core/store/live-state.js";

// Runs `load` when the page opens, when `inputs` change, when events may have been missed, and on `again()`.
// Resolves to {error, again}; what was loaded is kept by the store.
export function useLoading(load, inputs, ready = true) {
  const error = useSignal(null);
  const again = useCallback(async () => {
    error.value = null;
    try {
      await load();
    } catch (failure) {
      error.value = failure;
    }
  }, inputs);
  useEffect(() => {
    if (ready) again();
  }, [again, ready, missed.value]);
  return { error: error.value, again };
}

const NOT_FOUND = new Set(["not_found", "tweet_not_found", "user_not_found"]);

export const isNotFound = (error) => NOT_FOUND.has(error?.type);
