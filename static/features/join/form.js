// Handle and name of a new member.
import { useSignal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import { Button, Trouble } from "../../core/ui/rows.js";
import { nearest, wrongWith } from "../../core/lib/handle.js";
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import { limits } from "../../core/store/session.js";
import "./words.js";

function HandleHint({ id, handle, taken }) {
  const wrong = taken ? "taken" : wrongWith(handle);
  return html`<p id=${id} aria-live="polite" class=${wrong ? "hint bad" : "hint"}>
    ${wrong ? t(`join.handle_${wrong}`, { handle }) : t("join.handle_hint")}
  </p>`;
}

// Shown below the handle, and reached after the name: whoever presses Tab wants to go on there.
function Better({ handle, taken, choose }) {
  const better = wrongWith(handle) && !taken ? nearest(handle) : "";
  return (
    better &&
    html`<button type="button" class="text-button better" onClick=${() => choose(better)}>
      ${t("join.handle_use", { handle: better })}
    </button>`
  );
}

// `send({handle, name})` resolves to an error, or to null where it was taken.
export function JoinForm({ send }) {
  const id = useId();
  const field = useRef(null);
  const handle = useSignal("");
  const name = useSignal("");
  const refused = useSignal(null);
  const busy = useSignal(false);
  const error = useSignal(null);
  useEffect(() => {
    // Who came here wants to fill it in. (A finger would be met by a keyboard that rises.)
    if (matchMedia("(pointer: fine)").matches) field.current.focus();
  }, []);
  const wanted = name.value.trim();
  // Names are counted in code points, unlike tweets.
  const tooLong = [...wanted].length > limits.value.name_max_length;
  const taken = refused.value !== null && refused.value === handle.value;
  const wrong = wrongWith(handle.value) !== null;
  const incomplete = handle.value === "" || wrong || taken || tooLong;
  const choose = (text) => {
    handle.value = text;
    field.current.focus();
  };
  const submit = async (event) => {
    event?.preventDefault();
    if (incomplete || busy.value) return;
    busy.value = true;
    error.value = null;
    const asked = handle.value;
    const failure = await send({ handle: asked, name: wanted || asked });
    busy.value = false;
    if (failure?.type === "handle_taken") {
      refused.value = asked;
      field.current?.focus();
    } else {
      error.value = failure;
    }
  };
  return html`<form class="settings-part join-form" onSubmit=${submit}>
    <label for=${`${id}-handle`}>${t("join.handle")}</label>
    <input
      id=${`${id}-handle`}
      ref=${field}
      name="handle"
      autocomplete="username"
      autocapitalize="off"
      spellcheck=${false}
      value=${handle}
      aria-required="true"
      aria-invalid=${wrong || taken || undefined}
      aria-describedby=${`${id}-handle-hint`}
      onInput=${(event) => (handle.value = event.target.value.trim().replace(/^@/, ""))}
    />
    <${HandleHint} id=${`${id}-handle-hint`} handle=${handle.value} taken=${taken} />
    <label for=${`${id}-name`}>${t("settings.name")}</label>
    <input
      id=${`${id}-name`}
      name="name"
      autocomplete="name"
      placeholder=${wrong ? "" : handle.value}
      value=${name}
      aria-invalid=${tooLong || undefined}
      aria-describedby=${`${id}-name-hint`}
      onInput=${(event) => (name.value = event.target.value)}
    />
    <${Better} handle=${handle.value} taken=${taken} choose=${choose} />
    <p id=${`${id}-name-hint`} class=${tooLong ? "hint bad" : "hint"}>
      ${tooLong ? t("settings.name_too_long", { count: limits.value.name_max_length }) : t("join.name_hint")}
    </p>
    <div class="field-row">
      <${Button} kind="primary" type="submit" busy=${busy.value} disabled=${incomplete}>${t("join.join")}<//>
    </div>
    ${error.value && html`<${Trouble} error=${error.value} retry=${submit} />`}
  </form>`;
}
