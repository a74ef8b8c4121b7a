// For administrators: a link for somebody who lost their key.
import { useSignal } from "@preact/signals";
import { createInvitation } from "../../core/api/invitations.js";
import { Button, Trouble } from "../../core/ui/rows.js";
import { Secret } from "../../core/ui/secret.js";
import { useAct } from "../../core/ui/act.js";
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import "./words.js";

export default function Recovery({ user }) {
  const link = useSignal(null);
  const { busy, error, press } = useAct(async () => {
    link.value = (await createInvitation({ user_id: user.id })).link;
  });
  if (link.value) {
    return html`<${Secret} words=${t("recovery.shown_once", { handle: user.handle })} secret=${link.value}>
      <${Button} onClick=${() => (link.value = null)}>${t("action.done")}<//>
    <//>`;
  }
  return html`<div>
    <${Button} kind="small" icon="link" busy=${busy.value} onClick=${press}>${t("recovery.make")}<//>
    ${error.value && html`<${Trouble} error=${error.value} retry=${press} />`}
  </div>`;
}
