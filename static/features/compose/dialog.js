// The composer over whatever page is open. Closing it keeps the draft.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { fetchThread } from "../../core/api/tweets.js";
import { Dialog, DialogHead } from "../../core/ui/dialog.js";
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import { closeDialog } from "../../core/store/dialogs.js";
import { notify } from "../../core/store/notices.js";
import { openComposer, openQuote, openReply } from "../../core/store/openers.js";
import { tweetById } from "../../core/store/tweets.js";
import { Text } from "../covers/text.js";
import { QuotedCard } from "../quotes/quoted.js";
import Composer from "./composer.js";
import { draftFor } from "./draft.js";
import { targetOf, targetOfQuote } from "./targets.js";
import "./words.js";

// `replyTo`: the id of the tweet that is replied to, or null; `quoteOf`: of the one that is quoted.
export default function ComposerDialog({ replyTo = null, quoteOf = null }) {
  const parent = replyTo === null ? null : tweetById(replyTo);
  const quoted = quoteOf === null ? null : tweetById(quoteOf);
  const target = quoteOf === null ? targetOf(replyTo) : targetOfQuote(quoteOf);
  const refused = useSignal(false);
  useEffect(() => {
    if (replyTo === null) return;
    fetchThread(replyTo, undefined, 0).then(
      ({ may_reply: may }) => (refused.value = !may),
      () => {},
    );
  }, []);
  // Closed with something in it: that is kept, and one may wonder.
  useEffect(
    () => () => {
      const draft = draftFor(target);
      if (draft.empty.peek() || draft.sending.peek()) return;
      const again = replyTo !== null ? () => openReply(replyTo) : quoteOf !== null ? () => openQuote(quoteOf) : openComposer;
      const isSaved = draft.choices.peek().draft_id !== undefined;
      notify(t(isSaved ? "compose.kept_changes" : "compose.kept"), again, "compose.open_kept");
    },
    [],
  );
  const isSaved = draftFor(target).choices.value.draft_id !== undefined;
  const title = t(isSaved ? "compose.draft_title" : parent ? "compose.reply_title" : quoted ? "compose.quote_title" : "compose.title");
  return html`<${Dialog} label=${title} kind="panel compose">
    <${DialogHead} title=${title} />
    ${parent &&
    html`<blockquote class="parent">
      <b><bdi>${parent.author.name}</bdi></b> <span class="handle">@${parent.author.handle}</span>
      <${Text} tweet=${parent} fold />
    </blockquote>`}
    ${refused.value && html`<p class="hint bad limited" role="alert">${t("compose.limited")}</p>`}
    <${Composer} draft=${draftFor(target)} autofocus sent=${closeDialog} />
    ${quoted &&
    html`<div class="of-composer">
      ${quoted.fate.value === "here"
        ? html`<${QuotedCard} tweet=${quoted} />`
        : html`<p class="quoted without">${t("compose.quoted_gone")}</p>`}
    </div>`}
  <//>`;
}
