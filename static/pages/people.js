// Who follows somebody, and whom they follow.
import { fetchPeople } from "../core/api/follows.js";
import { Failure } from "../core/ui/failure.js";
import { EmptyRow, Trouble } from "../core/ui/rows.js";
import { PageHead } from "./shell.js";
import { html } from "../core/ui/html.js";
import { Tabs } from "../core/ui/tabs.js";
import { t } from "../core/words/words.js";
import { usePlace } from "../core/ui/scroll.js";
import { PeopleList } from "../features/profile/people-list.js";
import { RemoveFollower } from "../features/profile/remove-follower.js";
import { key, viewer } from "../core/store/session.js";
import { loadProfile, personById } from "../core/store/people.js";
import { byHandle } from "./by-handle.js";
import { isNotFound, useLoading } from "./loading.js";
import NeedsKey from "./needs-key.js";
import { Missing } from "./not-found.js";
import { useTitle } from "./title.js";
import "./words.js";

const LISTS = ["followers", "following"];

function PeoplePage({ id, list, entry }) {
  const hasKey = key.value !== "";
  const person = personById(id);
  const user = person.profile.value;
  const { error, again } = useLoading(
    () => (person.profile.value ? null : loadProfile(id)),
    [id],
    hasKey,
  );
  const title = person.name.value || t("nav.profile");
  usePlace(`people ${entry}`);
  useTitle(`${t(`profile.${list}`)} · ${title}`);
  if (!hasKey) return html`<${PageHead} title=${title} back /><${NeedsKey} />`;
  if (isNotFound(error)) return html`<${PageHead} title=${title} back /><${Missing} words="profile.gone" />`;
  return html`
    <${PageHead} title=${title} back>
      <${Tabs}
        label=${t("profile.lists")}
        tabs=${LISTS.map((name) => [name, `/users/${id}/${name}`, t(`profile.${name}`)])}
        current=${list}
      />
    <//>
    ${error && html`<${user ? Trouble : Failure} error=${error} retry=${again} />`}
    ${(user || !error) && html`<${PeopleList}
      key=${`${id} ${list}`}
      fetchPage=${(before, limit) => fetchPeople(id, list, before, limit)}
      empty=${html`<${EmptyRow} title=${t(`profile.no_${list}`)} />`}
      Beside=${list === "followers" && viewer.value?.id === id ? RemoveFollower : null}
    />`}
  `;
}

export default byHandle(PeoplePage);
