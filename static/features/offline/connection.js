// One quiet line under the page's head: that what is shown is from earlier, or a new version is here.
import { html } from "../../core/ui/html.js";
import { formatter, t } from "../../core/words/words.js";
import { shownFrom } from "../../core/api/http.js";
import { awaySince } from "../../core/store/live-state.js";
import { outdated } from "../../core/store/versions.js";
import { ask, asking } from "./returns.js";
import { Button } from "../../core/ui/rows.js";
import "./words.js";

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
