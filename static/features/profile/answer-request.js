// Accepting or declining somebody's request to follow the viewer.
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { answerFollowRequest } from "../../core/api/follow-requests.js";
import { useAct } from "../../core/ui/act.js";
import { html } from "../../core/ui/html.js";
import { Button } from "../../core/ui/rows.js";
import { errorText, t } from "../../core/words/words.js";
import "./words.js";

// `answered` is called before it is sent: the page then keeps the row.
export function AnswerRequest({ person, answered }) {
  const outcome = useSignal(null);
  const status = useRef(null);
  const useAnswer = (accepted) =>
    useAct(async () => {
      answered();
      try {
        await answerFollowRequest(person.id, accepted);
        outcome.value = accepted ? "profile.accepted" : "profile.declined";
      } catch (error) {
        if (error.type !== "user_not_found") throw error;
        outcome.value = "profile.request_gone";
      }
      // The button that was pressed goes.
      status.current.focus();
    });
  const accept = useAnswer(true);
  const decline = useAnswer(false);
  const busy = accept.busy.value || decline.busy.value;
  const name = person.name.value;
  const error = accept.error.value ?? decline.error.value;
  return html`<span class="answer-request">
    <span ref=${status} class="hint" role="status" tabindex="-1">${outcome.value && t(outcome.value)}</span>
    ${error && html`<span class="hint bad" role="alert">${errorText(error)}</span>`}
    ${outcome.value === null &&
    html`<${Button}
        kind="small primary"
        busy=${accept.busy.value}
        disabled=${busy}
        aria-label=${t("profile.accept_name", { name })}
        onClick=${accept.press}
      >
        ${t("profile.accept")}
      <//>
      <${Button}
        kind="small"
        busy=${decline.busy.value}
        disabled=${busy}
        aria-label=${t("profile.decline_name", { name })}
        onClick=${decline.press}
      >
        ${t("profile.decline")}
      <//>`}
  </span>`;
}
