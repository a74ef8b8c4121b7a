// The button that covers the pictures again.
import { cover } from "../../core/store/covers.js";
import { focusInPlace } from "../../core/ui/find.js";
import { Icon } from "../../core/ui/icon.js";
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import "./words.js";

export default function HidePictures({ tweet, count }) {
  const press = (event) => {
    focusInPlace(event.currentTarget, ".cover button");
    cover(tweet);
  };
  return html`<button type="button" class="text-button hide-pictures" onClick=${press}>
    <${Icon} name="eye-off" />${t("covers.hide_pictures", { count })}
  </button>`;
}
