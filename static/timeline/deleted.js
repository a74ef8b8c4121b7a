// Where a tweet was that has just been deleted: seven seconds to think again.
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { Button } from "../components/rows.js";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { openComposer } from "../components/openers.js";
import { undoDeletion } from "../store/deletions.js";
import { viewer } from "../store/session.js";

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
    const { writeAgain: again } = await import("../store/redraft.js");
    if (await again(tweet)) openComposer();
  };
  return html`<article ref=${row} class="tweet deleted" tabindex="-1" data-row=${tweet.id} aria-label=${t("delete.done")}>
    <p role="status">${t("delete.done")}</p>
    <span class="countdown" aria-hidden="true"></span>
    <button ref=${undo} type="button" class="button small" onClick=${() => undoDeletion(tweet)}>
      ${t("delete.undo")}
    </button>
    ${viewer.value?.id === tweet.author.value.id &&
    html`<${Button} kind="small quiet" icon="pen" onClick=${writeAgain}>${t("delete.redraft")}<//>`}
  </article>`;
}
