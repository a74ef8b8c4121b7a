// Drafts that are kept on the server, and scheduled tweets.
import { html } from "../core/ui/html.js";
import { Tabs } from "../core/ui/tabs.js";
import { usePlace } from "../core/ui/scroll.js";
import { t } from "../core/words/words.js";
import { key, viewer } from "../core/store/session.js";
import SavedList from "../features/compose/saved-list.js";
import NeedsKey from "./needs-key.js";
import { PageHead } from "./shell.js";
import { useTitle } from "./title.js";

export default function DraftsPage({ tab, entry }) {
  const title = t("compose.drafts_title");
  usePlace(`drafts ${tab} ${entry}`);
  useTitle(title);
  const tabs = [
    ["drafts", "/drafts", t("compose.drafts")],
    ["scheduled", "/drafts/scheduled", t("compose.scheduled_tab")],
  ];
  return html`<${PageHead} title=${title} back>
      <${Tabs} label=${title} tabs=${tabs} current=${tab} />
    <//>
    ${key.value
      ? html`<${SavedList} key=${`${viewer.value?.id} ${tab}`} scheduled=${tab === "scheduled"} />`
      : html`<${NeedsKey} />`}`;
}
