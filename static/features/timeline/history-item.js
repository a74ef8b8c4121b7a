// The earlier versions in the menu of a tweet that was edited.
import { openDialog } from "../../core/store/dialogs.js";
import { html } from "../../core/ui/html.js";
import { Item } from "../../core/ui/menu.js";
import "./words.js";

export const HistoryItem = ({ tweet }) =>
  tweet.editedAt &&
  html`<${Item} words="tweet.edited_hint" act=${{ press: () => openDialog(() => import("./history.js"), { tweet }) }} />`;
