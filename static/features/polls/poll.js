// A poll: the options to choose from, and once you have voted, the results.
import { useSignal } from "@preact/signals";
import { useEffect, useId } from "preact/hooks";
import { missed } from "../../core/store/live-state.js";
import { vote, wantPoll } from "../../core/store/polls.js";
import { signedIn, viewer } from "../../core/store/session.js";
import { useAct } from "../../core/ui/act.js";
import { focused, focusInPlace } from "../../core/ui/find.js";
import { Icon } from "../../core/ui/icon.js";
import { html } from "../../core/ui/html.js";
import { focusKeyField } from "../../core/ui/key-field.js";
import { Button, Trouble } from "../../core/ui/rows.js";
import { fullTime, now } from "../../core/words/time.js";
import { t } from "../../core/words/words.js";
import "./words.js";

function Result({ option, isMine, of }) {
  const share = of > 0 ? Math.round((100 * option.votes) / of) : 0;
  return html`<li class=${`poll-result ${isMine ? "chosen" : ""}`} style=${{ "--share": `${share}%` }}>
    <span class="poll-text" dir="auto">
      ${isMine && html`<${Icon} name="check" /><span class="hidden">${t("polls.chosen")}: </span>`}${option.text}
    </span>
    <span class="poll-share">${t("polls.share", { share })}, ${t("polls.votes", { count: option.votes })}</span>
  </li>`;
}

function Options({ poll, picked }) {
  const name = useId();
  const pick = (number, checked) => {
    if (!poll.multiple) picked.value = [number];
    else picked.value = checked ? [...picked.value, number] : picked.value.filter((one) => one !== number);
  };
  return html`<fieldset class="poll-options">
    <legend class="hidden">${t("polls.poll")}</legend>
    ${poll.options.map(
      ({ text }, number) => html`<label class="poll-option">
        <input
          type=${poll.multiple ? "checkbox" : "radio"}
          name=${name}
          checked=${picked.value.includes(number)}
          onChange=${(event) => pick(number, event.target.checked)}
        />
        <span dir="auto">${text}</span>
      </label>`,
    )}
  </fieldset>`;
}

export default function Poll({ tweet }) {
  const poll = tweet.poll.value;
  const picked = useSignal([]);
  const peeks = useSignal(false);
  const chosen = tweet.chosen.value;
  const isOver = new Date(poll.ends_at).getTime() <= now.value;
  const isMine = viewer.value?.id === tweet.author.id;
  const known = poll.options[0].votes !== null;
  useEffect(() => {
    if (signedIn.value) wantPoll(tweet.id);
  }, [tweet, signedIn.value, isOver, missed.value]);
  const act = useAct(async () => {
    if (!signedIn.value) return focusKeyField();
    focusInPlace(focused(), ".poll-results");
    return vote(tweet.id, picked.value);
  }, picked.value.length > 0);
  const hasVoted = chosen?.length > 0;
  const shows = known && (hasVoted || isOver || peeks.value);
  const when = fullTime(poll.ends_at);
  const of = poll.options.reduce((sum, { votes }) => sum + (votes ?? 0), 0);
  return html`<div class="poll">
    ${shows
      ? html`<ul class="poll-results" tabindex="-1" aria-label=${t("polls.poll")}>
          ${poll.options.map(
            (option, number) => html`<${Result} option=${option} isMine=${chosen?.includes(number)} of=${poll.multiple ? poll.voters_count : of} />`,
          )}
        </ul>`
      : html`<form onSubmit=${act.press}>
          <${Options} poll=${poll} picked=${picked} />
          ${!isOver &&
          html`<${Button} kind="small" type="submit" busy=${act.busy.value} disabled=${picked.value.length === 0}>
            ${t("polls.vote")}
          <//>`}
        </form>`}
    <p class="poll-foot">
      <span>${t("polls.voters", { count: poll.voters_count })}</span>
      <span>${t(isOver ? "polls.ended" : "polls.ends", { when })}</span>
      ${!hasVoted &&
      !isOver &&
      known &&
      (isMine || !poll.hides_results) &&
      html`<button type="button" class="text-button" onClick=${() => (peeks.value = !peeks.value)}>
        ${t(peeks.value ? "polls.back" : "polls.results")}
      </button>`}
    </p>
    ${poll.hides_results && !known && !isOver && html`<p class="hint">${t("polls.hidden")}</p>`}
    ${act.error.value && html`<${Trouble} error=${act.error.value} retry=${act.press} />`}
  </div>`;
}
