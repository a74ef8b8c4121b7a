// Choosing who may quote the tweet that is being written.
import { Icon } from "../../core/ui/icon.js";
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import { WHO } from "./quotes.js";
import "./words.js";

const chosenIn = (draft) => draft.choices.value.who_may_quote ?? "everyone";

// Says who may quote it, where that isn't everyone.
export function QuotesHint({ draft }) {
  const chosen = chosenIn(draft);
  return html`<div class="audience" aria-live="polite">
    ${chosen !== "everyone" && html`<p>${t(`quotes.about_${chosen}`)}</p>`}
  </div>`;
}

export function QuotesChoice({ draft }) {
  const chosen = chosenIn(draft);
  const choose = (event) => (draft.choices.value = { ...draft.choices.value, who_may_quote: event.target.value });
  return html`<label class=${`visibility ${chosen === "everyone" ? "" : "chosen"}`}>
    <${Icon} name="quote" />
    <select
      aria-label=${t("quotes.who")}
      title=${t("quotes.who")}
      value=${chosen}
      disabled=${draft.sending.value}
      onChange=${choose}
    >
      ${WHO.map((who) => html`<option key=${who} value=${who} selected=${who === chosen}>${t(`quotes.who_${who}`)}</option>`)}
    </select>
  </label>`;
}
