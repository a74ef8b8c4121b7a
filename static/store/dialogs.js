// The one dialog that may be open, with the module that draws it fetched when it is needed.
import { signal } from "@preact/signals";
import { notify, partMissing } from "./notices.js";
import { loadAllWords, t } from "../lib/i18n.js";

export const dialog = signal(null);

// `entry`: with a step of its own in the history, so that the back button closes it and leaves
// the page where it is. The router reads this.
export async function openDialog(loadModule, props = {}, { entry = false } = {}) {
  const opener = document.activeElement;
  try {
    const [{ default: component }] = await Promise.all([loadModule(), loadAllWords()]);
    dialog.value = { component, props, opener, entry };
    if (entry) history.pushState({ ...history.state, dialog: true }, "");
  } catch {
    notify(t("error.unreachable"));
    partMissing();
  }
}

// `stepTaken` says that the history is no longer at the dialog's own step.
export function closeDialog({ stepTaken = false } = {}) {
  const { entry } = dialog.value ?? {};
  dialog.value = null;
  if (entry && !stepTaken) history.back();
}
