// The button that covers the pictures again.
import { cover } from "../../core/store/covers.js";
import { Icon } from "../../core/ui/icon.js";
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import "./words.js";

export default function HidePictures({ tweet, count }) {
  return html`<button type="button" class="text-button hide-pictures" onClick=${() => cover(tweet)}>
    <${Icon} name="eye-off" />${t("covers.hide_pictures", { count })}
  </button>`;
}
