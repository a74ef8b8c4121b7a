// Choosing the language of the tweet that is being written.
import { html } from "../../core/ui/html.js";
import { Icon } from "../../core/ui/icon.js";
import { t } from "../../core/words/words.js";
import { languages } from "./languages.js";
import "./words.js";

/** @param {{draft: import("../compose/draft.js").Draft}} props */
export default function LanguageChoice({ draft }) {
  const { language } = draft.choices.value;
  const choose = (event) => (draft.choices.value = { ...draft.choices.value, language: event.target.value || undefined });
  return html`<label class=${`visibility ${language ? "chosen" : ""}`}>
    <${Icon} name="letters" />
    <select
      aria-label=${t("languages.language")}
      title=${t("languages.language")}
      value=${language ?? ""}
      disabled=${draft.sending.value}
      onChange=${choose}
    >
      <option value="" selected=${!language}>${t("languages.automatic")}</option>
      ${languages().map(({ code, name }) => html`<option key=${code} value=${code} selected=${code === language}>${name}</option>`)}
    </select>
  </label>`;
}
