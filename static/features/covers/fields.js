// What the writer of a tweet says about its content: a warning, and whether its pictures are sensitive.
import { useEffect, useRef } from "preact/hooks";
import { loadPreferences, ownPreferences } from "../../core/store/own-preferences.js";
import { limits } from "../../core/store/session.js";
import { Icon } from "../../core/ui/icon.js";
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import "./words.js";

const choose = (draft, chosen) => (draft.choices.value = { ...draft.choices.value, ...chosen });

// `warning`: what is shown, which may be empty; null for none.
export function WarningButton({ draft, warning }) {
  const words = t(warning === null ? "covers.add" : "covers.remove");
  return html`<button
    type="button"
    class="icon-button accent"
    aria-pressed=${warning !== null}
    aria-label=${words}
    title=${words}
    disabled=${draft.sending.value}
    onClick=${() => choose(draft, { warning: warning === null ? "" : null })}
  >
    <${Icon} name="warning" />
  </button>`;
}

export function WarningField({ draft, warning }) {
  const field = useRef(null);
  useEffect(() => {
    // Focus the field only if the writer added the warning, not if a reply took it over.
    if (draft.choices.value.warning === "") field.current.focus();
  }, []);
  return html`<input
    ref=${field}
    class="warning-field"
    name="warning"
    dir="auto"
    autocomplete="off"
    maxlength=${limits.value.warning_max_length}
    aria-label=${t("covers.label")}
    placeholder=${t("covers.hint")}
    readonly=${draft.sending.value}
    value=${warning}
    onInput=${(event) => choose(draft, { warning: event.target.value })}
  />`;
}

export function SensitiveField({ draft, count }) {
  useEffect(() => void loadPreferences().catch(() => {}), []);
  const chosen = draft.choices.value.sensitive ?? ownPreferences.value?.default_sensitive ?? false;
  return html`<label class="check">
    <input
      type="checkbox"
      checked=${chosen}
      disabled=${draft.sending.value}
      onChange=${(event) => choose(draft, { sensitive: event.target.checked })}
    />
    <span>${t("covers.mark", { count })}</span>
  </label>`;
}
