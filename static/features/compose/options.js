// What is chosen less often for the tweet that is being written: a button, and the choices that it opens.
import { lazy } from "../../core/ui/lazy.js";
import { Icon } from "../../core/ui/icon.js";
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import { SaveButton, ScheduleField } from "./schedule.js";
import { replyTo } from "./targets.js";
import "./words.js";

const RepliesChoice = lazy(() => import("../visibility/replies-choice.js"));
const QuotesChoice = lazy(() => import("../quotes/choice.js"), { name: "QuotesChoice" });
const LanguageChoice = lazy(() => import("../languages/choice.js"));

/** @param {import("../../core/api/shapes.js").ChoicesJson} choices */
const isChosen = ({ who_may_reply: replies = "everyone", who_may_quote: quotes = "everyone", publish_at: at, language }) =>
  replies !== "everyone" || quotes !== "everyone" || at !== undefined || Boolean(language);

/**
 * @param {{draft: import("./draft.js").Draft, open: import("@preact/signals").Signal<boolean>}} props
 */
export const OptionsButton = ({ draft, open }) => html`<button
  type="button"
  class=${isChosen(draft.choices.value) ? "icon-button accent" : "icon-button"}
  aria-label=${t("compose.options")}
  title=${t("compose.options")}
  aria-expanded=${open.value}
  onClick=${() => (open.value = !open.value)}
>
  <${Icon} name="settings" />
</button>`;

// Only the first tweet of a conversation says who may reply in it.
export const OptionFields = ({ draft, saved }) => html`<div class="options">
  ${replyTo(draft.target) === null && html`<${RepliesChoice} draft=${draft} />`}
  <${QuotesChoice} draft=${draft} />
  <${LanguageChoice} draft=${draft} />
  <${ScheduleField} draft=${draft} />
  <${SaveButton} draft=${draft} saved=${saved} />
  <a class="button small quiet" href="/drafts">${t("compose.drafts")}</a>
</div>`;
