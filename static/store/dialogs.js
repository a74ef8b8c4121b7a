// The one dialog that may be open, with the module that draws it fetched when it is needed.
import { signal } from "@preact/signals";
import { notify, partMissing } from "./notices.js";
import { loadAllWords, t } from "../lib/i18n.js";

export const dialog = signal(null);

// The router reads this: the back button closes a dialog before it leaves the page.
export async function openDialog(loadModule, props = {}) {
  const opener = document.activeElement;
  try {
    const [{ default: component }] = await Promise.all([loadModule(), loadAllWords()]);
    dialog.value = { component, props, opener };
  } catch {
    notify(t("error.unreachable"));
    partMissing();
  }
}

export function closeDialog() {
  const opener = dialog.value?.opener;
  dialog.value = null;
  if (opener?.isConnected) opener.focus({ preventScroll: true });
}
