// Whether following the viewer takes their consent.
import { PreferenceCheck } from "../../core/ui/own-preference.js";
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import "./words.js";

export default function Locked() {
  const texts = { title: t("settings.followers"), label: t("settings.locked"), saved: t("settings.saved") };
  return html`<${PreferenceCheck} name="locked" ...${texts}>
    ${t("settings.locked_hint")} <a href="/requests">${t("settings.requests")}</a>
  <//>`;
}
