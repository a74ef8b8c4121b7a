// The open dialog, with the module that draws it fetched when it is needed. It may lie over another one.
import { signal } from "@preact/signals";
import { announcement, notify } from "./notices.js";
import { partMissing } from "./versions.js";
import { loadAllWords, t } from "../words/words.js";

// With `afterwards`, this is done once it is closed; otherwise its opener gets the focus back.
/** @type {import("@preact/signals").Signal<{component: any, props: object, opener: any, entry: boolean, number: number, under: any, afterwards?: () => void} | null>} */
export const dialog = signal(null);

// Numbers what was asked for: a dialog whose module comes late does not open over something else.
let asked = 0;

// `entry`: with a step of its own in the history, so that the back button closes it and leaves
// the page where it is. The router reads this. `over`: what is open stays, under it.
export async function openDialog(loadModule, props = {}, { entry = false, over = false } = {}) {
  // Where one dialog leads to another, the focus goes back to what opened the first.
  const opener = (!over && dialog.peek()?.opener) || document.activeElement;
  asked += 1;
  const mine = asked;
  try {
    const { default: component } = await loadModule();
    await loadAllWords(); // the module may have brought its own
    if (mine !== asked) return;
    const under = over ? dialog.value : (dialog.value?.under ?? null);
    announcement.value = ""; // what was said behind it isn't said again
    dialog.value = { component, props, opener, entry, number: mine, under };
    if (entry) history.pushState({ ...history.state, dialog: true }, "");
  } catch {
    notify(t("error.unreachable"));
    partMissing();
  }
}

// `stepTaken` says that the history is no longer at the dialog's own step; `all`, that what is under it closes too.
export function closeDialog({ stepTaken = false, all = false } = {}) {
  asked += 1;
  const { entry, under } = dialog.value ?? {};
  dialog.value = (!all && under) || null;
  if (entry && !stepTaken) history.back();
}
