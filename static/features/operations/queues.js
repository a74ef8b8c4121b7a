// The queues, and the tasks that were given up.
import { discardDeadLetter, fetchDeadLetters, retryDeadLetter } from "../../core/api/operations.js";
import { Button, Trouble } from "../../core/ui/rows.js";
import { useAct } from "../../core/ui/act.js";
import { html } from "../../core/ui/html.js";
import { errorText, formatNumber, t } from "../../core/words/words.js";
import { moment, usePoll } from "./poll.js";
import { Sure } from "./sure.js";
import "./words.js";

// Somebody else may have done it a moment ago: it is gone either way.
const unlessGone = async (act) => {
  try {
    await act();
  } catch (failure) {
    if (failure.type !== "dead_letter_not_found") throw failure;
  }
};

function DeadLetter({ one, gone }) {
  const { busy, error, press } = useAct(async () => {
    await unlessGone(() => retryDeadLetter(one.id));
    gone();
  });
  const discard = async () => {
    await unlessGone(() => discardDeadLetter(one.id));
    gone();
  };
  return html`<li class="api-key">
    <div>
      <b>${one.task ? `${one.task}(${one.arguments.join(", ")})` : t("operations.unreadable")}</b>
      <span class="handle">${`${moment(one.at)} · ${one.reason}`}</span>
      ${error.value && html`<p class="hint bad" role="alert">${errorText(error.value)}</p>`}
    </div>
    <div class="api-key-buttons">
      <${Button} kind="small" busy=${busy.value} onClick=${press}>${t("operations.retry")}<//>
      <${Sure} label=${t("operations.discard")} words=${t("operations.discard_sure")} act=${discard} />
    </div>
  </li>`;
}

export function Queues({ overview }) {
  const { data, error, refresh } = usePoll(fetchDeadLetters, 10);
  return html`<section class="settings-part">
    <h2>${t("operations.queues")}</h2>
    <dl class="op-facts">
      ${overview.queues?.map(
        ({ name, waiting, running }) => html`<div>
          <dt>${t(`operations.queue_${name}`)}</dt>
          <dd>
            ${t("operations.queue_state", { waiting: formatNumber(waiting), running: formatNumber(running) })}
          </dd>
        </div>`,
      )}
    </dl>
    <h3>${t("operations.given_up")}</h3>
    ${error.value && html`<${Trouble} error=${error.value} retry=${refresh} />`}
    ${data.value &&
    (data.value.length
      ? html`<ul class="api-keys">
          ${data.value.map((one) => html`<${DeadLetter} key=${one.id} one=${one} gone=${refresh} />`)}
        </ul>`
      : html`<p class="hint">${t("operations.given_up_none")}</p>`)}
  </section>`;
}
