// One quiet line under the page's head: that what is shown is from earlier, or a new version is here.
import { html } from "../lib/html.js";
import { formatter, t } from "../lib/i18n.js";
import { shownFrom } from "../api/http.js";
import { awaySince } from "../store/live-state.js";
import { outdated } from "../store/notices.js";
import { ask, asking } from "../store/returns.js";
import { Button } from "./rows.js";

function timeOf(iso) {
  const date = new Date(iso);
  const today = date.toDateString() === new Date().toDateString();
  const options = today ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" };
  return formatter("DateTimeFormat", options).format(date);
}

export default function Connection() {
  if (outdated.value) {
    return html`<div class="connection" role="status">
      <p>${t("page.new_version")}</p>
      <${Button} kind="small" icon="retry" onClick=${() => location.reload()}>${t("page.reload")}<//>
    </div>`;
  }
  const since = shownFrom.value ?? awaySince.value;
  if (since === null) return null;
  const words = navigator.onLine ? "connection.unreachable" : "connection.offline";
  return html`<div class="connection" role="status">
    <p>${t(words, { time: timeOf(since) })}</p>
    <${Button} kind="small" icon="retry" busy=${asking.value} onClick=${ask}>${t("action.retry")}<//>
  </div>`;
}
