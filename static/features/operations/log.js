// The end of the log as it grows, with a filter, and a pause for whoever wants to read.
import { useSignal } from "@preact/signals";
import { useEffect, useId } from "preact/hooks";
import { fetchLog } from "../../core/api/operations.js";
import { Button, Trouble } from "../../core/ui/rows.js";
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import { clock, usePoll } from "./poll.js";
import "./words.js";

const LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR"];
const SHOWN = 200;
const TYPING = 300;

const Line = ({ line }) => html`<li class=${`op-log-line ${line.level.toLowerCase()}`}>
  <span>${clock(line.time)} ${line.level} ${line.process}</span>
  <span>${line.logger}: ${line.message}</span>
  ${line.traceback && html`<details><summary>${line.traceback.trim().split("\n").at(-1)}</summary><pre>${line.traceback}</pre></details>`}
</li>`;

export default function Log() {
  const id = useId();
  const level = useSignal("INFO");
  const text = useSignal("");
  const wanted = useSignal("");
  const paused = useSignal(false);
  const { data, error, refresh } = usePoll(
    () => fetchLog({ limit: SHOWN, level: level.value, text: wanted.value }),
    3,
    paused.value,
  );
  useEffect(() => {
    const timer = setTimeout(() => (wanted.value = text.value.trim()), TYPING);
    return () => clearTimeout(timer);
  }, [text.value]);
  useEffect(() => {
    refresh();
  }, [level.value, wanted.value]);
  const lines = data.value?.toReversed() ?? [];
  return html`<section class="settings-part">
    <h2>${t("operations.log")}</h2>
    <p class="hint">${t("operations.log_about")}</p>
    <div class="op-filter">
      <div>
        <label for=${`${id}-level`}>${t("operations.level")}</label>
        <select id=${`${id}-level`} value=${level} onChange=${(event) => (level.value = event.target.value)}>
          ${LEVELS.map((one) => html`<option value=${one}>${one}</option>`)}
        </select>
      </div>
      <div>
        <label for=${`${id}-text`}>${t("operations.log_text")}</label>
        <input
          id=${`${id}-text`}
          autocomplete="off"
          value=${text}
          onInput=${(event) => (text.value = event.target.value)}
        />
      </div>
      <${Button} onClick=${() => (paused.value = !paused.value)} aria-pressed=${paused.value}
        >${t(paused.value ? "operations.go_on" : "operations.pause")}<//
      >
    </div>
    ${error.value && html`<${Trouble} error=${error.value} retry=${refresh} />`}
    ${data.value && lines.length === 0 && html`<p class="hint">${t("operations.log_none")}</p>`}
    ${lines.length > 0 &&
    html`<ol class="op-log" tabindex="0" aria-label=${t("operations.log")}>
      ${lines.map((line) => html`<${Line} key=${`${line.time} ${line.process} ${line.message}`} line=${line} />`)}
    </ol>`}
  </section>`;
}
