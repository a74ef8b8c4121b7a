// In a person's menu: which of the viewer's lists they are on.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { fetchLists, setMember } from "../../core/api/people-lists.js";
import { closeDialog } from "../../core/store/dialogs.js";
import { useAct } from "../../core/ui/act.js";
import { Failure } from "../../core/ui/failure.js";
import { html } from "../../core/ui/html.js";
import { Title } from "../../core/ui/menu.js";
import { Button, Skeletons, Trouble } from "../../core/ui/rows.js";
import { t } from "../../core/words/words.js";
import { NameForm } from "./name-form.js";
import { changed } from "./news.js";
import "./words.js";

function Check({ list, person }) {
  const on = useSignal(list.has_user);
  const { busy, error, press } = useAct(async () => {
    const wanted = !on.value;
    on.value = wanted;
    try {
      await setMember(list.id, person.id, wanted);
      changed();
    } catch (failure) {
      on.value = !wanted;
      throw failure;
    }
  });
  // One at a time: until the server has answered, the box stays as it is.
  const turn = (event) => {
    if (busy.value) event.target.checked = on.value;
    else press();
  };
  return html`<label class="check">
      <input type="checkbox" checked=${on} aria-busy=${busy.value || undefined} onChange=${turn} />
      <span dir="auto">${list.title}</span>
    </label>
    ${error.value && html`<${Trouble} error=${error.value} retry=${press} />`}`;
}

export default function ChooseLists({ person }) {
  const lists = useSignal(null);
  const { error, press } = useAct(async () => (lists.value = await fetchLists(person.id)));
  useEffect(() => void press(), []);
  const made = async (list) => {
    // It is there from now on, even if the person can't be put on it.
    if (!lists.value.some((one) => one.id === list.id)) {
      lists.value = [...lists.value, { ...list, has_user: false }];
      changed();
    }
    await setMember(list.id, person.id, true);
    lists.value = lists.value.map((one) => (one.id === list.id ? { ...one, has_user: true } : one));
    changed();
  };
  return html`<div class="list-form">
    <${Title}>${t("list.choose", { handle: person.handle.value })}<//>
    ${lists.value === null
      ? error.value
        ? html`<${Failure} error=${error.value} retry=${press} />`
        : html`<${Skeletons} count=${1} />`
      : html`${lists.value.length === 0 && html`<p class="hint">${t("list.none")}</p>`}
          ${lists.value.map((list) => html`<${Check} key=${`${list.id} ${list.has_user}`} list=${list} person=${person} />`)}
          <${NameForm} made=${made} />`}
    <div class="question-buttons"><${Button} kind="primary" onClick=${() => closeDialog()}>${t("action.close")}<//></div>
  </div>`;
}
