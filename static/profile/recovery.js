// For administrators: a link for somebody who lost their key.
import { useSignal } from "@preact/signals";
import { createInvitation } from "../api/invitations.js";
import { Button, Trouble } from "../components/rows.js";
import { Secret } from "../components/secret.js";
import { useAct } from "../lib/act.js";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";

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
