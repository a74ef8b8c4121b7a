// Choosing who may reply to the tweet that is being written, where it begins a conversation.
import { Icon } from "../../core/ui/icon.js";
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import "./words.js";

const WHO = ["everyone", "following", "mentioned", "nobody"];

export default function RepliesChoice({ draft }) {
  const chosen = draft.choices.value.who_may_reply ?? "everyone";
  const choose = (event) => (draft.choices.value = { ...draft.choices.value, who_may_reply: event.target.value });
  return html`<label class=${`visibility ${chosen === "everyone" ? "" : "chosen"}`}>
    <${Icon} name="reply" />
    <select
      aria-label=${t("visibility.replies")}
      title=${t("visibility.replies")}
      value=${chosen}
      disabled=${draft.sending.value}
      onChange=${choose}
    >
      ${WHO.map((who) => html`<option key=${who} value=${who} selected=${who === chosen}>${t(`visibility.replies_${who}`)}</option>`)}
    </select>
  </label>`;
}
