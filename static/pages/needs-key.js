// Reading needs a key: what a page shows to somebody who has none.
import { focusKeyField } from "../core/ui/key-field.js";
import { Button, EmptyRow } from "../core/ui/rows.js";
import { html } from "../core/ui/html.js";
import { t } from "../core/words/words.js";
import { instance } from "../core/store/session.js";
import "./words.js";

export default function NeedsKey() {
  return html`<${EmptyRow} title=${t("home.signed_out", { name: instance.value.name })}>
    ${instance.value.description && html`<p dir="auto">${instance.value.description}</p>`}
    <p>${t("home.signed_out_hint")}</p>
    ${instance.value.features.demo_keys && html`<p>${t("key.demo")}</p>`}
    <${Button} icon="key" onClick=${focusKeyField}>${t("home.enter_key")}<//>
  <//>`;
}
