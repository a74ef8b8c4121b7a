// The list of keys, on "?".
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import { Dialog, DialogHead } from "../../core/ui/dialog.js";
import "./words.js";

const KEYS = [
  ["j", "k", "shortcuts.move"],
  ["o", "Enter", "shortcuts.open"],
  ["r", null, "shortcuts.reply"],
  ["t", null, "shortcuts.repost"],
  ["q", null, "shortcuts.quote"],
  ["l", null, "shortcuts.like"],
  ["b", null, "shortcuts.bookmark"],
  ["m", null, "shortcuts.more"],
  ["Delete", null, "shortcuts.delete"],
  ["n", null, "shortcuts.compose"],
  ["Ctrl Enter", null, "shortcuts.send"],
  ["Esc", null, "shortcuts.leave"],
  [".", null, "shortcuts.new_tweets"],
  ["g h", null, "shortcuts.home"],
  ["g n", null, "shortcuts.notifications"],
  ["g b", null, "shortcuts.bookmarks"],
  ["g d", null, "shortcuts.drafts"],
  ["g p", null, "shortcuts.profile"],
  ["g s", null, "shortcuts.settings"],
  ["?", null, "shortcuts.help"],
];

export default function Shortcuts() {
  return html`<${Dialog} label=${t("shortcuts.title")} kind="panel">
    <${DialogHead} title=${t("shortcuts.title")} />
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
