// The dialog that changes or deletes a list, and its members.
import { useSignal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import { changeList, deleteList } from "../../core/api/people-lists.js";
import { navigate } from "../../core/router.js";
import { openDialog } from "../../core/store/dialogs.js";
import { notify } from "../../core/store/notices.js";
import { limits } from "../../core/store/session.js";
import { useAct } from "../../core/ui/act.js";
import { Dialog, DialogHead } from "../../core/ui/dialog.js";
import { html } from "../../core/ui/html.js";
import { Answers } from "../../core/ui/menu.js";
import { Button, Trouble } from "../../core/ui/rows.js";
import { t } from "../../core/words/words.js";
import { changed } from "./news.js";
import { ListPeople } from "./people.js";
import "./words.js";

const REPLIES = ["members", "followed", "none"];

const CHOICES = ["title", "replies", "exclusive"];

// `left`: what remains when the dialog closes: what is `saved`, and what is chosen but not saved (`unsaved`, or null).
function Choices({ list, chosen, left }) {
  const id = useId();
  const title = useSignal(chosen.title);
  const replies = useSignal(chosen.replies);
  const exclusive = useSignal(chosen.exclusive);
  const wanted = { title: title.value.trim(), replies: replies.value, exclusive: exclusive.value };
  const { busy, error, press } = useAct(async () => {
    await changeList(list.id, wanted);
    left.saved = wanted;
    changed();
    notify(t("list.saved"));
  }, wanted.title !== "");
  // While it is being saved, nothing is lost by closing.
  const isChanged = CHOICES.some((name) => wanted[name] !== left.saved[name]);
  left.unsaved = isChanged && !busy.value ? wanted : null;
  return html`<form class="list-form" onSubmit=${press}>
    <label for=${id}>${t("list.name")}</label>
    <input id=${id} dir="auto" maxlength=${limits.value.list_title_max_length} autocomplete="off" value=${title} onInput=${(event) => (title.value = event.target.value)} />
    <h3>${t("list.replies")}</h3>
    <${Answers} name=${`${id}-replies`} label=${t("list.replies")} answers=${REPLIES} words=${(one) => `list.replies_${one}`} chosen=${replies} />
    <p class="hint">${t("list.replies_always")}</p>
    <label class="check">
      <input type="checkbox" checked=${exclusive} aria-describedby=${`${id}-about`} onChange=${(event) => (exclusive.value = event.target.checked)} />
      <span>${t("list.exclusive")}</span>
    </label>
    <p class="hint" id=${`${id}-about`}>${t("list.exclusive_about")}</p>
    ${error.value && html`<${Trouble} error=${error.value} retry=${press} />`}
    <div class="question-buttons">
      <${Button} kind="primary" type="submit" busy=${busy.value} disabled=${wanted.title === ""}>${t("action.save")}<//>
    </div>
  </form>`;
}

function Deleting({ list, left }) {
  const asked = useSignal(false);
  const button = useRef(null);
  const before = useRef(false);
  // The button that was pressed is gone; the one in its place takes the focus.
  useEffect(() => {
    if (asked.value !== before.current) button.current.focus();
    before.current = asked.value;
  }, [asked.value]);
  const { busy, error, press } = useAct(async () => {
    await deleteList(list.id);
    left.unsaved = null;
    changed();
    notify(t("list.deleted"));
    navigate("/lists");
  });
  if (!asked.value) {
    return html`<p>
      <button ref=${button} type="button" class="button danger" onClick=${() => (asked.value = true)}>${t("list.delete")}</button>
    </p>`;
  }
  return html`<div class="trouble" role="alert">
      <p>${t("list.delete_about")}</p>
      <button ref=${button} type="button" class="button small" onClick=${() => (asked.value = false)}>${t("action.cancel")}</button>
      <${Button} kind="small danger" busy=${busy.value} onClick=${press}>${t("list.delete")}<//>
    </div>
    ${error.value && html`<${Trouble} error=${error.value} retry=${press} />`}`;
}

/** @import { WholeListJson } from "../../core/api/shapes.js" */

/**
 * @param {object} props
 * @param {WholeListJson} props.list
 * @param {boolean} [props.people] only who is on it
 * @param {Pick<WholeListJson, "title" | "replies" | "exclusive">} [props.chosen] what was changed before, and isn't saved
 */
export default function EditDialog({ list, people = false, chosen = list }) {
  const left = useRef({ saved: list, unsaved: null }).current;
  // Closed without saving: what was chosen isn't lost.
  useEffect(
    () => () => {
      const { saved, unsaved } = left;
      const again = () => openDialog(async () => ({ default: EditDialog }), { list: { ...list, ...saved }, chosen: unsaved });
      if (unsaved) notify(t("list.not_saved"), again, "list.edit");
    },
    [],
  );
  const title = t(people ? "list.add_people" : "list.edit");
  return html`<${Dialog} label=${title} kind="panel list-dialog">
    <${DialogHead} title=${title} />
    <div class="list-edit">
      ${!people && html`<${Choices} list=${list} chosen=${chosen} left=${left} />`}
      <section class="list-people"><${ListPeople} list=${list} autofocus=${people} /></section>
      ${!people && html`<${Deleting} list=${list} left=${left} />`}
    </div>
  <//>`;
}
