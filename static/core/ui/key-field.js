// Where people are sent when they need a key.
import { closeDialog, dialog } from "../store/dialogs.js";
import { find } from "./find.js";

function focusIt() {
  const field = find('.key-panel input[name="api-key"]');
  field?.focus();
  field?.scrollIntoView({ block: "center" });
}

export function focusKeyField() {
  if (!dialog.value) {
    focusIt();
    return;
  }
  // Behind a dialog it can't be reached.
  dialog.value.afterwards = focusIt;
  closeDialog();
}
