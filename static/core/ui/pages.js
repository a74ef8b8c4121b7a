// A list that is read page by page.
import { useSignal } from "@preact/signals";

// `fetchPage(before)` resolves to {items, next}. Gives signals: `items` is null until the first page is there,
// `next` is null at the end, `error` is of the last try; and `more()`, which reads on, or tries again.
export function usePages(fetchPage) {
  const items = useSignal(null);
  const next = useSignal(null);
  const error = useSignal(null);
  const loading = useSignal(false);
  const more = async () => {
    if (loading.value) return;
    loading.value = true;
    error.value = null;
    try {
      const page = await fetchPage(next.value);
      items.value = [...(items.value ?? []), ...page.items];
      next.value = page.next;
    } catch (failure) {
      error.value = failure;
    } finally {
      loading.value = false;
    }
  };
  return { items, next, error, loading, more };
}
