// The composer over whatever page is open. Closing it keeps the draft.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { fetchThread } from "../../core/api/tweets.js";
import { Dialog, DialogHead } from "../../core/ui/dialog.js";
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import { closeDialog } from "../../core/store/dialogs.js";
import { notify } from "../../core/store/notices.js";
import { openComposer, openReply } from "../../core/store/openers.js";
import { tweetById } from "../../core/store/tweets.js";
import { Text } from "../covers/text.js";
import Composer from "./composer.js";
import { draftFor } from "./draft.js";
import { targetOf } from "./targets.js";
import "./words.js";

// `replyTo`: the id of the tweet that is replied to, or null.
export default function ComposerDialog({ replyTo = null }) {
  const parent = replyTo === null ? null : tweetById(replyTo);
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
      const draft = draftFor(targetOf(replyTo));
      if (draft.empty.peek() || draft.sending.peek()) return;
      const again = replyTo === null ? openComposer : () => openReply(replyTo);
      notify(t("compose.kept"), again, "compose.open_kept");
    },
    [],
  );
  const title = t(replyTo === null ? "compose.title" : "compose.reply_title");
  return html`<${Dialog} label=${title} kind="panel compose">
    <${DialogHead} title=${title} />
    ${parent &&
    html`<blockquote class="parent">
      <b><bdi>${parent.author.name}</bdi></b> <span class="handle">@${parent.author.handle}</span>
      <${Text} tweet=${parent} fold />
    </blockquote>`}
    ${refused.value && html`<p class="hint bad limited" role="alert">${t("compose.limited")}</p>`}
    <${Composer} draft=${draftFor(targetOf(replyTo))} autofocus sent=${closeDialog} />
  <//>`;
}
