// A content warning, with the button that shows what is behind it.
import { cover, isTextShown, uncover } from "../../core/store/covers.js";
import { Icon } from "../../core/ui/icon.js";
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import "./words.js";

export default function Warning({ tweet }) {
  const shown = isTextShown(tweet);
  const turn = () => (shown ? cover(tweet) : uncover(tweet));
  return html`<div class="content-warning">
    <p id=${`warning-${tweet.id}`} dir="auto">
      <${Icon} name="warning" /><span class="hidden">${t("covers.warning")} </span><bdi>${tweet.warning}</bdi>
    </p>
    <button type="button" class="button small" aria-expanded=${shown} onClick=${turn}>
      ${t(shown ? "covers.hide" : "covers.show")}
    </button>
  </div>`;
}
