// Signing out removes what was written and not sent: that is asked about first.
import { Dialog } from "../components/dialog.js";
import { Button } from "../components/rows.js";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { closeDialog, dialog, openDialog } from "../store/dialogs.js";
import { attachments, text } from "../store/draft.js";
import { mine } from "../store/outbox.js";

function Question({ answer }) {
  const say = (leave) => {
    answer(leave);
    closeDialog();
  };
  return html`<${Dialog} label=${t("leave.title")} kind="panel question">
    <h2>${t("leave.title")}</h2>
    <p>${t("leave.unsent")}</p>
    <div class="question-buttons">
      <${Button} onClick=${() => say(false)}>${t("action.cancel")}<//>
      <${Button} kind="danger" onClick=${() => say(true)}>${t("leave.now")}<//>
    </div>
  <//>`;
}

// Resolves to whether to go on, at once where there is nothing to lose.
export async function mayLeave() {
  const unsent = mine.value.some((entry) => entry.state.value !== "discarded");
  if (!text.value.trim() && attachments.value.length === 0 && !unsent) return true;
  return new Promise((resolve) => {
    const shown = openDialog(async () => ({ default: Question }), { answer: resolve });
    // Closed in any other way, it was a no; an answer that was given before stays.
    shown.then(() => {
      const stop = dialog.subscribe((open) => {
        if (open?.component === Question) return;
        resolve(false);
        queueMicrotask(() => stop());
      });
    });
  });
}
