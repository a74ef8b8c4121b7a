// The members: those who tweeted lately, and the newest.
import { fetchMembers } from "../core/api/people.js";
import { EmptyRow } from "../core/ui/rows.js";
import { html } from "../core/ui/html.js";
import { usePlace } from "../core/ui/scroll.js";
import { Tabs } from "../core/ui/tabs.js";
import { t } from "../core/words/words.js";
import { key, viewer } from "../core/store/session.js";
import { PeopleList } from "../features/profile/people-list.js";
import NeedsKey from "./needs-key.js";
import { PageHead } from "./shell.js";
import { useTitle } from "./title.js";
import "./words.js";

const ORDERS = { active: "/members", new: "/members/new" };

export default function MembersPage({ tab, entry }) {
  const title = t("profile.members");
  usePlace(`members ${entry}`);
  useTitle(title);
  if (!key.value) return html`<${PageHead} title=${title} back /><${NeedsKey} />`;
  return html`<${PageHead} title=${title} back>
      <${Tabs}
        label=${title}
        tabs=${Object.entries(ORDERS).map(([order, address]) => [order, address, t(`profile.members_${order}`)])}
        current=${tab}
      />
    <//>
    <${PeopleList}
      key=${`${viewer.value?.id} ${tab}`}
      fetchPage=${(before, limit) => fetchMembers(tab, before, limit)}
      empty=${html`<${EmptyRow} title=${t("profile.no_members")} />`}
    />`;
}
