// Says who will see the tweet that is being written, and who may reply, where that isn't everyone.
import { LEVELS } from "../../core/store/visibility.js";
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import { chosenFor } from "./chosen.js";
import "./words.js";

export default function VisibilityHint({ draft, widest }) {
  const chosen = chosenFor(draft, widest);
  const pictures = LEVELS.indexOf(chosen) >= LEVELS.indexOf("followers") && draft.attachments.value.length > 0;
  const replies = draft.choices.value.who_may_reply;
  return html`<div class="audience" aria-live="polite">
    ${chosen && chosen !== "public" && html`<p>${t(`visibility.about_${chosen}`)}</p>`}
    ${replies && replies !== "everyone" && html`<p>${t(`visibility.about_replies_${replies}`)}</p>`}
    ${pictures && html`<p>${t("visibility.pictures")}</p>`}
  </div>`;
}
