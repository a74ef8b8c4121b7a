// The parts of a tweet's or a person's menu, and of the questions that it asks.
import { useLayoutEffect, useRef } from "preact/hooks";
import { closeDialog, dialog } from "../store/dialogs.js";
import { t } from "../words/words.js";
import { useAct } from "./act.js";
import { find } from "./find.js";
import { html } from "./html.js";
import { Button, Trouble } from "./rows.js";

// Gives the focus back to the button that opened the menu; or, where it left with its tweet, to the next one.
function giveFocusBack(current) {
  const row = current.opener?.closest?.("[data-row]");
  const rows = row ? [...row.parentElement.children] : [];
  const next = rows.slice(rows.indexOf(row) + 1);
  const targets = [current.opener, ...next, ...rows.reverse(), find("#main")];
  current.afterwards = () => {
    setTimeout(() => targets.find((one) => one?.isConnected)?.focus({ preventScroll: true }));
  };
}

// Does it and closes the dialog; a failure is shown in it.
export const useLast = (act, ready = true) =>
  useAct(async () => {
    giveFocusBack(dialog.peek());
    await act();
    closeDialog();
  }, ready);

/** The id of the title of a question, which names its dialog. */
export const TITLE = "question-title";

// The title of a question takes the focus from the button that led there.
export function Title({ children }) {
  const element = useRef(null);
  useLayoutEffect(() => element.current.focus(), []);
  return html`<h2 id=${TITLE} ref=${element} tabindex="-1">${children}</h2>`;
}

export const Item = ({ words, handle = "", act }) => html`<li>
  <${Button} kind="menu-item" busy=${act.busy?.value} onClick=${act.press}>${t(words, { handle })}<//>
</li>`;

// A question with a button that does it. `act` is what useLast returned.
export function Question({ title, act, now, kind = "primary", disabled = false, failed = act, children }) {
  return html`<form onSubmit=${act.press}>
    <${Title}>${title}<//>
    ${children}
    <div class="question-buttons">
      <${Button} onClick=${() => closeDialog()}>${t("action.cancel")}<//>
      <${Button} kind=${kind} type="submit" busy=${act.busy.value} disabled=${disabled}>${now}<//>
    </div>
    ${failed.error.value && html`<${Trouble} error=${failed.error.value} retry=${failed.press} />`}
  </form>`;
}

// One of several answers, as radio buttons; `chosen` is a signal.
export function Answers({ name, label, answers, words, chosen }) {
  return html`<fieldset class="choices" aria-label=${label}>
    ${answers.map(
      (one) => html`<label class="check" key=${one}>
        <input type="radio" name=${name} checked=${chosen.value === one} onChange=${() => (chosen.value = one)} />
        <span>${t(words(one))}</span>
      </label>`,
    )}
  </fieldset>`;
}
