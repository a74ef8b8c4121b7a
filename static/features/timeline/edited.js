// The label "edited", which opens the earlier versions.
import { html } from "../../core/ui/html.js";
import { openDialog } from "../../core/store/dialogs.js";
import { fullTime } from "../../core/words/time.js";
import { t } from "../../core/words/words.js";
import "./words.js";

export default function Edited({ tweet }) {
  const words = `${t("tweet.edited_hint")} (${fullTime(tweet.editedAt)})`;
  return html`<button
    type="button"
    class="edited"
    title=${words}
    aria-label=${`${t("tweet.edited")}. ${words}`}
    onClick=${() => openDialog(() => import("./history.js"), { tweet })}
  >
    ${t("tweet.edited")}
  </button>`;
}
