// What the viewer has noted about a person, for themselves alone.
import { signal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import { writeNote } from "../../core/api/notes.js";
import { useAct } from "../../core/ui/act.js";
import { Icon } from "../../core/ui/icon.js";
import { html } from "../../core/ui/html.js";
import { Button, Trouble } from "../../core/ui/rows.js";
import { whenViewerLeaves } from "../../core/store/leaving.js";
import { limits } from "../../core/store/session.js";
import { noteOn } from "../../core/store/notes.js";
import { countGraphemes } from "../../core/words/count.js";
import { t } from "../../core/words/words.js";
import "./words.js";

// Notes that are being written, by the id of the person. They are kept while the viewer looks at other pages.
/** @type {Map<number, import("@preact/signals").Signal<string | null>>} */
const drafts = new Map();
whenViewerLeaves(() => drafts.clear());

function draftOn(id) {
  if (!drafts.has(id)) drafts.set(id, signal(null));
  return drafts.get(id);
}

function Form({ user, begun, done }) {
  const id = useId();
  const field = useRef(null);
  const most = limits.value.note_max_length;
  const tooLong = countGraphemes(begun.value.trim()) > most;
  const { busy, error, press } = useAct(async () => {
    const note = begun.value.trim();
    await writeNote(user.id, note);
    noteOn(user.id, note);
    done();
  }, !tooLong);
  useEffect(() => field.current.focus({ preventScroll: true }), []);
  return html`<form class="note" onSubmit=${press}>
    <label for=${id}>${t("notes.label")}</label>
    <textarea
      ref=${field}
      id=${id}
      rows="3"
      dir="auto"
      value=${begun.value}
      aria-invalid=${tooLong || undefined}
      onInput=${(event) => (begun.value = event.target.value)}
    ></textarea>
    ${tooLong && html`<p class="hint bad" role="alert">${t("notes.too_long", { count: most })}</p>`}
    ${error.value && html`<${Trouble} error=${error.value} retry=${press} />`}
    <div class="question-buttons">
      <button type="button" class="button small" onClick=${done}>${t("action.cancel")}</button>
      <${Button} kind="primary small" type="submit" busy=${busy.value} disabled=${tooLong}>${t("action.save")}<//>
    </div>
  </form>`;
}

/** @param {{user: import("../../core/api/shapes.js").ProfileJson}} props */
export default function Note({ user }) {
  const begun = draftOn(user.id);
  const opener = useRef(null);
  const { note } = user;
  const done = () => {
    begun.value = null;
    requestAnimationFrame(() => opener.current?.focus({ preventScroll: true }));
  };
  if (begun.value !== null) return html`<${Form} user=${user} begun=${begun} done=${done} />`;
  const begin = () => (begun.value = note ?? "");
  if (!note) {
    return html`<p class="note">
      <button ref=${opener} type="button" class="text-button" onClick=${begin}>${t("notes.add")}</button>
    </p>`;
  }
  return html`<div class="note-text">
    <div>
      <p class="hint">${t("notes.label")}</p>
      <p dir="auto">${note}</p>
    </div>
    <button ref=${opener} type="button" class="icon-button" aria-label=${t("notes.edit")} title=${t("notes.edit")} onClick=${begin}>
      <${Icon} name="pen" />
    </button>
  </div>`;
}
