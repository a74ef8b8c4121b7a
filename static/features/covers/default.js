// Whether the viewer's pictures are covered, unless a tweet says otherwise.
import { PreferenceCheck } from "../../core/ui/own-preference.js";
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import "./words.js";

export default function DefaultSensitive() {
  const texts = { title: t("covers.title"), label: t("covers.default"), saved: t("covers.saved") };
  return html`<${PreferenceCheck} name="default_sensitive" ...${texts}>${t("covers.default_hint")}<//>`;
}
