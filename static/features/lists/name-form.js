// The form that makes a list.
import { useSignal } from "@preact/signals";
import { useId, useRef } from "preact/hooks";
import { createList } from "../../core/api/people-lists.js";
import { limits } from "../../core/store/session.js";
import { useAct } from "../../core/ui/act.js";
import { html } from "../../core/ui/html.js";
import { Button, Trouble } from "../../core/ui/rows.js";
import { t } from "../../core/words/words.js";
import "./words.js";

/** @param {{made: (list: import("../../core/api/shapes.js").ListJson) => void | Promise<void>}} props */
export function NameForm({ made }) {
  const id = useId();
  const title = useSignal("");
  const ready = title.value.trim() !== "";
  // What was made before something failed isn't made again.
  const known = useRef(null);
  const { busy, error, press } = useAct(async () => {
    const wanted = title.value.trim();
    if (known.current?.title !== wanted) known.current = await createList(wanted);
    await made(known.current);
    known.current = null;
    title.value = "";
  }, ready);
  return html`<form class="list-form" onSubmit=${press}>
    <label for=${id}>${t("list.new")}</label>
    <div class="field-row">
      <input
        id=${id}
        dir="auto"
        maxlength=${limits.value.list_title_max_length}
        placeholder=${t("list.name")}
        autocomplete="off"
        value=${title}
        onInput=${(event) => (title.value = event.target.value)}
      />
      <${Button} kind="primary" type="submit" busy=${busy.value} disabled=${!ready}>${t("list.create")}<//>
    </div>
    ${error.value && html`<${Trouble} error=${error.value} retry=${press} />`}
  </form>`;
}
