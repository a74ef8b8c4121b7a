// Reading needs a key: what a page shows to somebody who has none.
import { focusKeyField } from "../components/key-panel.js";
import { Button, EmptyRow } from "../components/rows.js";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { instance } from "../store/session.js";

export default function NeedsKey() {
  return html`<${EmptyRow} title=${t("home.signed_out")}>
    <p>${t("home.signed_out_hint")}</p>
    ${instance.value.features.demo_keys && html`<p>${t("key.demo")}</p>`}
    <${Button} icon="key" onClick=${focusKeyField}>${t("home.enter_key")}<//>
  <//>`;
}
