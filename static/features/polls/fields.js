// Writing a poll.
import { useEffect, useId, useRef } from "preact/hooks";
import { Icon } from "../../core/ui/icon.js";
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import "./words.js";

const FEWEST = 2;
const MOST = 8;
const LONGEST_OPTION = 80;

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const LENGTHS = [
  [5 * MINUTE, "polls.minutes", 5],
  [30 * MINUTE, "polls.minutes", 30],
  [HOUR, "polls.hours", 1],
  [6 * HOUR, "polls.hours", 6],
  [DAY, "polls.days", 1],
  [3 * DAY, "polls.days", 3],
  [7 * DAY, "polls.days", 7],
  [30 * DAY, "polls.days", 30],
];

const FRESH = { options: ["", ""], multiple: false, hides_results: false, seconds: DAY };

const choose = (draft, poll) => (draft.choices.value = { ...draft.choices.value, poll });

export function PollButton({ draft }) {
  const { poll } = draft.choices.value;
  const words = t(poll ? "polls.remove" : "polls.add");
  return html`<button
    type="button"
    class="icon-button accent"
    aria-pressed=${Boolean(poll)}
    aria-label=${words}
    title=${words}
    disabled=${draft.sending.value || draft.attachments.value.length > 0}
    onClick=${() => choose(draft, poll ? undefined : FRESH)}
  >
    <${Icon} name="poll" />
  </button>`;
}

export function PollFields({ draft }) {
  const { poll } = draft.choices.value;
  const list = useRef(null);
  const id = useId();
  const change = (part) => choose(draft, { ...poll, ...part });
  const focus = (number) => requestAnimationFrame(() => list.current?.querySelectorAll("input")[number]?.focus());
  useEffect(() => {
    if (poll.options.every((one) => one === "")) focus(0);
  }, []);
  const write = (number, text) => change({ options: poll.options.map((one, at) => (at === number ? text : one)) });
  const add = () => {
    change({ options: [...poll.options, ""] });
    focus(poll.options.length);
  };
  const remove = (number) => {
    change({ options: poll.options.filter((_, at) => at !== number) });
    focus(Math.max(0, number - 1));
  };
  const isTwice = (text, number) => Boolean(text.trim()) && poll.options.slice(0, number).some((one) => one.trim() === text.trim());
  return html`<fieldset class="poll-fields" disabled=${draft.sending.value}>
    <legend class="hidden">${t("polls.poll")}</legend>
    <ol ref=${list}>
      ${poll.options.map(
        (text, number) => html`<li key=${number}>
          <input
            dir="auto"
            autocomplete="off"
            maxlength=${LONGEST_OPTION}
            aria-label=${t("polls.option", { number: number + 1 })}
            placeholder=${t("polls.option", { number: number + 1 })}
            value=${text}
            aria-invalid=${isTwice(text, number) || undefined}
            aria-describedby=${isTwice(text, number) ? `${id}-twice` : undefined}
            onInput=${(event) => write(number, event.target.value)}
          />
          ${poll.options.length > FEWEST &&
          html`<button
            type="button"
            class="icon-button"
            aria-label=${t("polls.remove_option", { number: number + 1 })}
            onClick=${() => remove(number)}
          >
            <${Icon} name="close" />
          </button>`}
        </li>`,
      )}
    </ol>
    ${poll.options.some(isTwice) && html`<p id=${`${id}-twice`} class="hint bad" role="alert">${t("polls.twice")}</p>`}
    ${poll.options.length < MOST &&
    html`<button type="button" class="text-button" onClick=${add}>${t("polls.more")}</button>`}
    <label class="poll-length" for=${id}>${t("polls.length")}</label>
    <select id=${id} value=${poll.seconds} onChange=${(event) => change({ seconds: Number(event.target.value) })}>
      ${LENGTHS.map(
        ([seconds, words, count]) =>
          html`<option key=${seconds} value=${seconds} selected=${seconds === poll.seconds}>${t(words, { count })}</option>`,
      )}
    </select>
    <label class="check">
      <input type="checkbox" checked=${poll.multiple} onChange=${(event) => change({ multiple: event.target.checked })} />
      <span>${t("polls.multiple")}</span>
    </label>
    <label class="check">
      <input
        type="checkbox"
        checked=${poll.hides_results}
        onChange=${(event) => change({ hides_results: event.target.checked })}
      />
      <span>${t("polls.hides_results")}</span>
    </label>
  </fieldset>`;
}
