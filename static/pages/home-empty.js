// A timeline with nothing in it.
import { EmptyRow } from "../components/rows.js";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";

export default function HomeEmpty({ tab }) {
  return html`<${EmptyRow} title=${t(`home.empty_${tab}`)}><p>${t(`home.empty_${tab}_hint`)}</p><//>`;
}
