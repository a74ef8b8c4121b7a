// A timeline with nothing in it.
import { EmptyRow } from "../core/ui/rows.js";
import { html } from "../core/ui/html.js";
import { wide } from "../core/ui/media.js";
import { t } from "../core/words/words.js";
import { lazy } from "../core/ui/lazy.js";
import "./words.js";

const Suggestions = lazy(() => import("../features/profile/suggestions.js"));

export default function HomeEmpty({ tab }) {
  return html`<${EmptyRow} title=${t(`home.empty_${tab}`)}><p>${t(`home.empty_${tab}_hint`)}</p><//>
    ${/* Where there is room beside the column, they are there. */ tab === "following" && !wide.value && html`<${Suggestions} />`}`;
}
