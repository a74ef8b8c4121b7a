// Where a tweet was that has just been deleted: seven seconds to think again.
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { Button } from "../../core/ui/rows.js";
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import { openComposer, openQuote, openReply } from "../../core/store/openers.js";
import { deleteNow, undoDeletion } from "./deletions.js";
import { viewer } from "../../core/store/session.js";
import "./words.js";

export default function DeletedRow({ tweet }) {
  const undo = useRef(null);
  const row = useRef(null);
  useEffect(() => {
    // The button that was pressed has gone with the tweet.
    if (document.activeElement === document.body) undo.current.focus({ preventScroll: true });
  }, []);
  useLayoutEffect(() => {
    const element = row.current;
    return () => {
      // When this row goes for good, its neighbour takes the focus, so that j and k go on from here.
      if (tweet.fate.peek() !== "gone" || !element.contains(document.activeElement)) return;
      const neighbour = element.nextElementSibling ?? element.previousElementSibling;
      setTimeout(() => {
        if (document.activeElement === document.body) neighbour?.focus({ preventScroll: true });
      });
    };
  }, []);
  const writeAgain = async () => {
    const { writeAgain: again } = await import("../compose/redraft.js");
    if (!(await again(tweet))) return;
    deleteNow(tweet);
    const quoted = tweet.quote.value?.tweet_id;
    if (tweet.replyTo === null && quoted) openQuote(quoted);
    else if (tweet.replyTo === null) openComposer();
    else openReply(tweet.replyTo);
  };
  return html`<article ref=${row} class="tweet deleted" tabindex="-1" data-row=${tweet.id} aria-label=${t("delete.done")}>
    <p role="status">${t("delete.done")}</p>
    <span class="countdown" aria-hidden="true"></span>
    <button ref=${undo} type="button" class="button small" onClick=${() => undoDeletion(tweet)}>
      ${t("action.undo")}
    </button>
    ${viewer.value?.id === tweet.author.id &&
    html`<${Button} kind="small quiet" icon="pen" onClick=${writeAgain}>${t("delete.redraft")}<//>`}
  </article>`;
}
