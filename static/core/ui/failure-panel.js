// What stands in place of a page or a list of which nothing could be loaded: what happened, and
// what helps. Failures beside something that is there are a row (Trouble in rows.js).
import { html } from "./html.js";
import { errorText, t } from "../words/words.js";
import { Button, EmptyRow, saidAbove } from "./rows.js";

const TITLES = {
  offline: "failure.offline",
  unreachable: "failure.unreachable",
  timeout: "failure.unreachable",
  internal_error: "failure.server",
  unavailable: "failure.busy",
  rate_limited: "failure.too_fast",
  out_of_scope: "failure.scope",
};

const HINTS = {
  offline: "failure.offline_hint",
  unreachable: "failure.unreachable_hint",
  timeout: "failure.unreachable_hint",
  internal_error: "failure.server_hint",
  unavailable: "failure.busy_hint",
  out_of_scope: "failure.scope_hint",
};

export default function Failure({ error, retry }) {
  if (saidAbove(error)) {
    return html`<${EmptyRow} title=${t("failure.no_copy")}><p>${t("failure.no_copy_hint")}</p><//>`;
  }
  const hint = HINTS[error.type];
  return html`<div role="alert">
    <${EmptyRow} title=${t(TITLES[error.type] ?? "failure.other")}>
      <p>${hint ? t(hint) : errorText(error)}</p>
      ${error.type === "out_of_scope"
        ? html`<a class="button" href="/settings/keys">${t("failure.to_keys")}</a>`
        : html`<${Button} icon="retry" onClick=${retry}>${t("action.retry")}<//>`}
    <//>
  </div>`;
}
