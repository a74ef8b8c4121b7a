// The end of the viewer's account, confirmed by typing its handle.
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { deleteAccount } from "../../core/api/privacy.js";
import { Button, Trouble } from "../../core/ui/rows.js";
import { useAct } from "../../core/ui/act.js";
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import { longDayOf } from "../../core/words/time.js";
import { notify } from "../../core/store/notices.js";
import { signOut, viewer } from "../../core/store/session.js";
import "./words.js";

export default function Deletion({ onCancel }) {
  const id = useId();
  const typed = useSignal("");
  const { handle } = viewer.value;
  const sure = typed.value.trim().replace(/^@/, "") === handle;
  const { busy, error, press } = useAct(async () => {
    const { erase_after } = await deleteAccount(handle);
    signOut();
    notify(t("leaving.done", { day: longDayOf(erase_after) }));
  }, sure);
  return html`<form class="create-key" onSubmit=${press}>
    <p class="hint">${t("privacy.about_delete")}</p>
    <label for=${id}>${t("privacy.type_handle", { handle })}</label>
    <input
      id=${id}
      autocomplete="off"
      autocapitalize="none"
      spellcheck=${false}
      value=${typed}
      onInput=${(event) => (typed.value = event.target.value)}
    />
    <div class="field-row">
      <${Button} kind="danger" type="submit" busy=${busy.value} disabled=${!sure}>${t("privacy.delete_now")}<//>
      <${Button} onClick=${onCancel}>${t("action.cancel")}<//>
    </div>
    ${error.value && html`<${Trouble} error=${error.value} retry=${press} />`}
  </form>`;
}
