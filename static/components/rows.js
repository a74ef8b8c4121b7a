// What stands in a list besides its entries: waiting, nothing there, something failed, the end.
import { html } from "../lib/html.js";
import { errorText, t } from "../lib/i18n.js";
import { Icon } from "./icon.js";
import { lazy } from "./lazy.js";

export function Button({ kind = "plain", busy = false, icon, children, ...rest }) {
  return html`<button type="button" class=${`button ${kind}`} aria-busy=${busy || undefined} ...${rest}>
    ${busy ? html`<span class="spinner" aria-hidden="true"></span>` : icon && html`<${Icon} name=${icon} />`}
    ${children}
  </button>`;
}

export function Skeletons({ count = 5 }) {
  return html`<div class="skeletons" role="status">
    <span class="hidden">${t("feed.loading")}</span>
    ${Array.from(
      { length: count },
      () => html`<div class="skeleton" aria-hidden="true"><i></i><div><b></b><b></b><b></b></div></div>`,
    )}
  </div>`;
}

// A failure, where it happened, with the way to try again.
export function Trouble({ error, retry, dismiss, label, children }) {
  return html`<div class="trouble" role="alert">
    <${Icon} name="warning" />
    <p>${label ? `${label} ` : ""}${errorText(error)}</p>
    ${retry &&
    html`<${Button} kind="small" icon="retry" onClick=${retry}>${t("action.retry")}<//>`}
    ${children}
    ${dismiss &&
    html`<button type="button" class="icon-button" aria-label=${t("action.dismiss")} onClick=${dismiss}>
      <${Icon} name="close" />
    </button>`}
  </div>`;
}

// The same where there is nothing else to show. Fetched when it is needed, or else the row above.
export const Failure = lazy(() => import("./failure.js"), { Failed: Trouble });

export function EmptyRow({ title, children }) {
  return html`<div class="empty">
    <h2>${title}</h2>
    ${children}
  </div>`;
}

export const EndRow = ({ children }) => html`<p class="end">${children ?? t("feed.end")}</p>`;
