// An address that leads nowhere.
import { EmptyRow } from "../components/rows.js";
import { PageHead } from "../components/shell.js";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { usePlace } from "../lib/scroll.js";
import { useTitle } from "./title.js";

export function Missing({ words }) {
  return html`<${EmptyRow} title=${t(words)}>
    <p>${t("page.not_found_hint")}</p>
    <a class="button" href="/">${t("page.go_home")}</a>
  <//>`;
}

export default function NotFound({ entry }) {
  usePlace(`not-found ${entry}`);
  useTitle(t("page.not_found"));
  return html`<${PageHead} title=${t("page.not_found")} back /><${Missing} words="page.nothing_here" />`;
}
