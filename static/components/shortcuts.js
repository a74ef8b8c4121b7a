// The list of keys, on "?".
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { closeDialog } from "../store/dialogs.js";
import { Dialog } from "./dialog.js";
import { Icon } from "./icon.js";

const KEYS = [
  ["j", "k", "shortcuts.move"],
  ["o", "Enter", "shortcuts.open"],
  ["l", null, "shortcuts.like"],
  ["n", null, "shortcuts.compose"],
  [".", null, "shortcuts.new_tweets"],
  ["g h", null, "shortcuts.home"],
  ["g p", null, "shortcuts.profile"],
  ["g s", null, "shortcuts.settings"],
  ["?", null, "shortcuts.help"],
];

export default function Shortcuts() {
  return html`<${Dialog} label=${t("shortcuts.title")} kind="panel">
    <div class="dialog-head">
      <h2>${t("shortcuts.title")}</h2>
      <button type="button" class="icon-button" aria-label=${t("action.close")} onClick=${closeDialog}>
        <${Icon} name="close" />
      </button>
    </div>
    <dl class="keys">
      ${KEYS.map(
        ([first, second, words]) => html`<div>
          <dt><kbd>${first}</kbd>${second && html` <kbd>${second}</kbd>`}</dt>
          <dd>${t(words)}</dd>
        </div>`,
      )}
    </dl>
  <//>`;
}
