// The end of the viewer's account, confirmed by typing its handle.
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { deleteAccount } from "../api/privacy.js";
import { Button, Trouble } from "../components/rows.js";
import { useAct } from "../lib/act.js";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { longDayOf } from "../lib/time.js";
import { notify } from "../store/notices.js";
import { signOut, viewer } from "../store/session.js";

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
