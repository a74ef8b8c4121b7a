// A new link for new members. It is shown here once and can never be read again.
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { createInvitation } from "../../core/api/invitations.js";
import { Button, Trouble } from "../../core/ui/rows.js";
import { Secret } from "../../core/ui/secret.js";
import { useAct } from "../../core/ui/act.js";
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import "./words.js";

const MAX_USES = 1000;
const LIFETIMES = [1, 7, 30, 90, 365];

export function CreateInvitation({ made }) {
  const id = useId();
  const uses = useSignal("1");
  const days = useSignal(7);
  const note = useSignal("");
  const admin = useSignal(false);
  const link = useSignal(null);
  const count = Number(uses.value);
  const wrong = !Number.isInteger(count) || count < 1 || count > MAX_USES;
  const { busy, error, press } = useAct(async () => {
    const wish = { max_uses: count, expires_in_days: days.value, note: note.value, admin: admin.value };
    const answer = await createInvitation(wish);
    link.value = answer.link;
    note.value = "";
    admin.value = false;
    made(answer.invitation);
  }, !wrong);
  if (link.value) {
    return html`<${Secret} words=${t("invite.shown_once")} secret=${link.value}>
      <${Button} onClick=${() => (link.value = null)}>${t("action.done")}<//>
    <//>`;
  }
  return html`<form class="create-key" onSubmit=${press}>
    <label for=${`${id}-uses`}>${t("invite.uses")}</label>
    <input
      id=${`${id}-uses`}
      name="uses"
      type="number"
      min="1"
      max=${MAX_USES}
      inputmode="numeric"
      value=${uses}
      aria-invalid=${wrong || undefined}
      aria-describedby=${`${id}-uses-hint`}
      onInput=${(event) => (uses.value = event.target.value)}
    />
    <p id=${`${id}-uses-hint`} class=${wrong ? "hint bad" : "hint"}>${t("invite.uses_hint", { count: MAX_USES })}</p>
    <label for=${`${id}-days`}>${t("keys.lifetime")}</label>
    <select id=${`${id}-days`} value=${days} onChange=${(event) => (days.value = Number(event.target.value))}>
      ${LIFETIMES.map((one) => html`<option value=${one}>${t("keys.days", { count: one })}</option>`)}
    </select>
    <label for=${`${id}-note`}>${t("invite.note")}</label>
    <input
      id=${`${id}-note`}
      name="note"
      autocomplete="off"
      maxlength="200"
      placeholder=${t("invite.note_hint")}
      value=${note}
      onInput=${(event) => (note.value = event.target.value)}
    />
    <label class="check">
      <input
        type="checkbox"
        checked=${admin.value}
        onChange=${(event) => (admin.value = event.target.checked)}
      />
      <span>${t("invite.admin")}</span>
    </label>
    <${Button} kind="primary" type="submit" icon="link" busy=${busy.value} disabled=${wrong}>${t("invite.create")}<//>
    ${error.value && html`<${Trouble} error=${error.value} retry=${press} />`}
  </form>`;
}
