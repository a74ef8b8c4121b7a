// Makes somebody stop following the viewer; asks first, and says so where it was done.
import { useSignal } from "@preact/signals";
import { removeFollower } from "../../core/api/follows.js";
import { useAct } from "../../core/ui/act.js";
import { html } from "../../core/ui/html.js";
import { Button } from "../../core/ui/rows.js";
import { errorText, t } from "../../core/words/words.js";
import "./words.js";

export function RemoveFollower({ person }) {
  const asking = useSignal(false);
  const removed = useSignal(false);
  const { busy, error, press } = useAct(async () => {
    await removeFollower(person.id);
    removed.value = true;
  });
  const name = person.name.value;
  if (removed.value) return html`<span class="hint" role="status">${t("profile.removed")}</span>`;
  if (!asking.value) {
    return html`<${Button}
      kind="small"
      aria-label=${t("profile.remove_name", { name })}
      onClick=${() => (asking.value = true)}
    >
      ${t("profile.remove")}
    <//>`;
  }
  return html`<span class="remove-follower">
    ${error.value && html`<span class="hint bad" role="alert">${errorText(error.value)}</span>`}
    <${Button} kind="small danger" busy=${busy.value} onClick=${press}>${t("profile.remove_now")}<//>
    <${Button} kind="small" onClick=${() => (asking.value = false)}>${t("action.cancel")}<//>
  </span>`;
}
