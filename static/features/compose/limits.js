// Who may reply to the tweet that is being written, and who may quote it: a button, and the choices that it opens.
import { lazy } from "../../core/ui/lazy.js";
import { Icon } from "../../core/ui/icon.js";
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import { replyTo } from "./targets.js";
import "./words.js";

const RepliesChoice = lazy(() => import("../visibility/replies-choice.js"));
const QuotesChoice = lazy(() => import("../quotes/choice.js"), { name: "QuotesChoice" });

const isLimited = ({ who_may_reply: replies = "everyone", who_may_quote: quotes = "everyone" }) =>
  replies !== "everyone" || quotes !== "everyone";

/**
 * @param {{draft: import("./draft.js").Draft, open: import("@preact/signals").Signal<boolean>}} props
 */
export function LimitsButton({ draft, open }) {
  const words = t(replyTo(draft.target) === null ? "compose.limits" : "compose.limit_quotes");
  return html`<button
    type="button"
    class=${isLimited(draft.choices.value) ? "icon-button accent" : "icon-button"}
    aria-label=${words}
    title=${words}
    aria-expanded=${open.value}
    onClick=${() => (open.value = !open.value)}
  >
    <${Icon} name="reply" />
  </button>`;
}

// Only the first tweet of a conversation says who may reply in it.
export const LimitsFields = ({ draft }) => html`<div class="limits">
  ${replyTo(draft.target) === null && html`<${RepliesChoice} draft=${draft} />`}
  <${QuotesChoice} draft=${draft} />
</div>`;
