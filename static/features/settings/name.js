// The viewer's name, as others see it.
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { changeProfile } from "../../core/api/users.js";
import { Button, Trouble } from "../../core/ui/rows.js";
import { useAct } from "../../core/ui/act.js";
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import { notify } from "../../core/store/notices.js";
import { limits, showViewer, viewer } from "../../core/store/session.js";
import "./words.js";

export function NameForm() {
  const id = useId();
  const name = useSignal(viewer.value.name);
  const wanted = name.value.trim();
  // Names are counted in code points, unlike tweets.
  const tooLong = [...wanted].length > limits.value.name_max_length;
  const unchanged = wanted === "" || wanted === viewer.value.name;
  const { busy, error, press } = useAct(async () => {
    const user = await changeProfile({ name: wanted });
    showViewer({ ...viewer.value, ...user });
    notify(t("settings.saved"));
  }, !unchanged && !tooLong);
  return html`<form class="settings-part" onSubmit=${press}>
    <h2>${t("settings.account")}</h2>
    <label for=${id}>${t("settings.name")}</label>
    <div class="field-row">
      <input
        id=${id}
        name="name"
        autocomplete="name"
        value=${name}
        aria-invalid=${tooLong || undefined}
        aria-describedby=${`${id}-hint`}
        onInput=${(event) => (name.value = event.target.value)}
      />
      <${Button} kind="primary" type="submit" busy=${busy.value} disabled=${unchanged || tooLong}>${t("action.save")}<//>
    </div>
    <p id=${`${id}-hint`} class=${tooLong ? "hint bad" : "hint"}>
      ${tooLong
        ? t("settings.name_too_long", { count: limits.value.name_max_length })
        : t("settings.handle", { handle: viewer.value.handle })}
    </p>
    ${error.value && html`<${Trouble} error=${error.value} retry=${press} />`}
  </form>`;
}
