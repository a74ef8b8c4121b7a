// The viewer's lists of people.
import { html } from "../core/ui/html.js";
import { usePlace } from "../core/ui/scroll.js";
import { t } from "../core/words/words.js";
import { key, viewer } from "../core/store/session.js";
import Lists from "../features/lists/all.js";
import NeedsKey from "./needs-key.js";
import { PageHead } from "./shell.js";
import { useTitle } from "./title.js";

export default function ListsPage({ entry }) {
  const title = t("nav.lists");
  usePlace(`lists ${entry}`);
  useTitle(title);
  return html`<${PageHead} title=${title} back />
    ${key.value ? html`<${Lists} key=${viewer.value?.id} />` : html`<${NeedsKey} />`}`;
}
