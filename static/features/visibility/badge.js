// Says on a tweet who may see it, where that isn't everyone.
import { Icon } from "../../core/ui/icon.js";
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import { ICONS } from "./icons.js";
import "./words.js";

export default function VisibilityBadge({ of: { visibility } }) {
  const words = t("visibility.seen", { whom: t(`visibility.${visibility}`) });
  return html`<span class="visibility-badge" title=${words}>
    <${Icon} name=${ICONS[visibility]} />
    ${visibility === "mentioned" && html`<span aria-hidden="true">${t("visibility.private")}</span>`}
    <span class="hidden">${words}</span>
  </span>`;
}
