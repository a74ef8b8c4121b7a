// An address that leads nowhere.
import { EmptyRow } from "../core/ui/rows.js";
import { PageHead } from "./shell.js";
import { html } from "../core/ui/html.js";
import { t } from "../core/words/words.js";
import { usePlace } from "../core/ui/scroll.js";
import { useTitle } from "./title.js";
import "./words.js";

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
