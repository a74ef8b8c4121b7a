// The composer over whatever page is open. Closing it keeps the draft.
import { Dialog } from "../components/dialog.js";
import { Icon } from "../components/icon.js";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { closeDialog } from "../store/dialogs.js";
import Composer from "./composer.js";

export default function ComposerDialog() {
  return html`<${Dialog} label=${t("compose.title")} kind="panel compose">
    <div class="dialog-head">
      <h2>${t("compose.title")}</h2>
      <button type="button" class="icon-button" aria-label=${t("action.close")} onClick=${closeDialog}>
        <${Icon} name="close" />
      </button>
    </div>
    <${Composer} autofocus sent=${closeDialog} />
  <//>`;
}
