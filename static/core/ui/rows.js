// What stands in a list besides its entries: waiting, nothing there, something failed, the end.
import { html } from "./html.js";
import { errorText, t } from "../words/words.js";
import { away } from "../store/live-state.js";
import { Icon } from "./icon.js";

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

const NO_SERVER = new Set(["offline", "unreachable"]);

// Whether the line under the page's head says already what is wrong.
export const saidAbove = (error) => away.value && NO_SERVER.has(error.type);

// A failure, where it happened, with the way to try again.
export function Trouble({ error, retry, again, dismiss, label, children }) {
  const words = saidAbove(error) ? !label && t("error.needs_connection") : errorText(error);
  return html`<div class="trouble" role="alert">
    <${Icon} name="warning" />
    <p>${[label, words].filter(Boolean).join(" ")}</p>
    ${retry &&
    html`<${Button} kind="small" icon=${again ? undefined : "retry"} onClick=${retry}>${again ?? t("action.retry")}<//>`}
    ${children}
    ${dismiss &&
    html`<button type="button" class="icon-button" aria-label=${t("action.dismiss")} onClick=${dismiss}>
      <${Icon} name="close" />
    </button>`}
  </div>`;
}

export function EmptyRow({ title, children }) {
  return html`<div class="empty">
    <h2>${title}</h2>
    ${children}
  </div>`;
}

export const EndRow = ({ children }) => html`<p class="end">${children ?? t("feed.end")}</p>`;
