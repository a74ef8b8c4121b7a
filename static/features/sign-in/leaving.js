// Signing out removes what was written and not sent, and perhaps the only copy of the key: that is asked
// about first.
import { useSignal } from "@preact/signals";
import { Dialog } from "../../core/ui/dialog.js";
import { Button } from "../../core/ui/rows.js";
import { Secret } from "../../core/ui/secret.js";
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import { closeDialog, dialog, openDialog } from "../../core/store/dialogs.js";
import { isOnlyCopy, noteCopied, saveKey } from "./key-file.js";
import { key, viewer } from "../../core/store/session.js";
import "./words.js";

function OnlyCopy() {
  const save = () => {
    saveKey(viewer.value.handle, key.value);
    noteCopied();
  };
  return html`<p class="hint bad">${t("leave.only_copy")}</p>
    <${Secret} words=${t("leave.key")} secret=${key.value} copied=${noteCopied}>
      <${Button} onClick=${save}>${t("action.save_file")}<//>
    <//>`;
}

function Question({ unsent, replacing, answer }) {
  const onlyCopy = useSignal(isOnlyCopy(key.value)).value;
  const say = (leave) => {
    answer(leave);
    closeDialog();
  };
  const title = t(replacing ? "leave.replace_title" : "leave.title");
  const go = replacing ? "leave.replace" : onlyCopy ? "leave.anyway" : "leave.now";
  return html`<${Dialog} label=${title} kind="panel question">
    <h2>${title}</h2>
    ${unsent && html`<p>${t("leave.unsent")}</p>`} ${onlyCopy && html`<${OnlyCopy} />`}
    <div class="question-buttons">
      <${Button} onClick=${() => say(false)}>${t("action.cancel")}<//>
      <${Button} kind="danger" onClick=${() => say(true)}>${t(go)}<//>
    </div>
  <//>`;
}

// Whether something was written and not sent. Of other accounts too: signing out removes whatever this browser holds.
async function hasUnsent() {
  const [{ everyDraft }, { storedDrafts }, { entries }] = await Promise.all([
    import("../compose/draft.js"),
    import("../compose/stored-draft.js"),
    import("../compose/outbox.js"),
  ]);
  return (
    entries.value.some((entry) => entry.state.value !== "discarded") ||
    [...everyDraft()].some((draft) => !draft.empty.value) ||
    storedDrafts().some(({ text, media }) => text.trim() !== "" || media.length > 0)
  );
}

// Resolves to whether to go on, at once where there is nothing to lose.
export async function mayLeave() {
  const unsent = await hasUnsent();
  return (!unsent && !isOnlyCopy(key.value)) || ask({ unsent });
}

// Whether the key in use may be replaced by one of this user: what was written stays, but the key would be lost.
export async function mayReplace({ id, scopes = [] }) {
  const { id: mine, scopes: held = [] } = viewer.value ?? {};
  const isCovered = id === mine && held.every((scope) => scopes.includes(scope));
  return isCovered || !isOnlyCopy(key.value) || ask({ replacing: true });
}

function ask({ unsent = false, replacing = false }) {
  return new Promise((resolve) => {
    const shown = openDialog(async () => ({ default: Question }), { unsent, replacing, answer: resolve });
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
