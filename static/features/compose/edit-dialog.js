// The composer for editing a published tweet. Closing it keeps the changes as a draft.
import { useEffect, useMemo } from "preact/hooks";
import { Dialog, DialogHead } from "../../core/ui/dialog.js";
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import { closeDialog } from "../../core/store/dialogs.js";
import { notify } from "../../core/store/notices.js";
import { openEdit } from "../../core/store/openers.js";
import Composer from "./composer.js";
import { discardEdit, draftOfEdit, isUnchanged } from "./edit.js";
import "./words.js";

export default function EditDialog({ tweet }) {
  const draft = useMemo(() => draftOfEdit(tweet), []);
  useEffect(
    () => () => {
      if (draft.empty.peek()) return;
      if (isUnchanged(draft, tweet)) discardEdit(draft);
      else notify(t("compose.kept"), () => openEdit(tweet), "compose.open_kept");
    },
    [],
  );
  return html`<${Dialog} label=${t("compose.edit_title")} kind="panel compose">
    <${DialogHead} title=${t("compose.edit_title")} />
    <p class="hint edit-hint">${t("compose.edit_hint")}</p>
    <${Composer} draft=${draft} autofocus sent=${closeDialog} />
  <//>`;
}
