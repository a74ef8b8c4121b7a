// Choosing who may see the tweet that is being written.
import { useEffect } from "preact/hooks";
import { narrow } from "../../core/ui/narrow.js";
import { loadPreferences } from "../../core/store/own-preferences.js";
import { viewer } from "../../core/store/session.js";
import { LEVELS } from "../../core/store/visibility.js";
import { Icon } from "../../core/ui/icon.js";
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import { chosenFor } from "./chosen.js";
import { ICONS } from "./icons.js";
import "./words.js";

export default function VisibilityChoice({ draft, widest = "public" }) {
  useEffect(() => {
    const load = () => void loadPreferences().catch(() => {});
    load();
    addEventListener("online", load);
    return () => removeEventListener("online", load);
  }, [viewer.value?.id]);
  const chosen = chosenFor(draft, widest);
  return html`<label class=${`visibility ${narrow.value ? "compact" : ""}`}>
    <${Icon} name=${ICONS[chosen] ?? "settings"} />
    <select
      aria-label=${t("visibility.label")}
      title=${t("visibility.label")}
      value=${chosen ?? ""}
      disabled=${draft.sending.value}
      onChange=${(event) => (draft.choices.value = { ...draft.choices.value, visibility: event.target.value })}
    >
      ${chosen === null && html`<option value="" selected>${t("visibility.unknown")}</option>`}
      ${LEVELS.slice(LEVELS.indexOf(widest)).map(
        (level) => html`<option key=${level} value=${level} selected=${level === chosen}>${t(`visibility.${level}`)}</option>`,
      )}
    </select>
  </label>`;
}
