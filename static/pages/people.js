// Who follows somebody, and whom they follow.
import { fetchPeople } from "../api/people.js";
import { EmptyRow, Failure, Trouble } from "../components/rows.js";
import { PageHead } from "../components/shell.js";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { usePlace } from "../lib/scroll.js";
import { PeopleList } from "../profile/people-list.js";
import { key } from "../store/session.js";
import { loadProfile, profileOf } from "../store/users.js";
import { isNotFound, useLoading } from "./loading.js";
import NeedsKey from "./needs-key.js";
import { Missing } from "./not-found.js";
import { useTitle } from "./title.js";

const LISTS = ["followers", "following"];

export default function PeoplePage({ id, list, entry }) {
  const hasKey = key.value !== "";
  const user = profileOf(id).value;
  const { error, again } = useLoading(
    () => (profileOf(id).value ? null : loadProfile(id)),
    [id],
    hasKey,
  );
  const title = user?.name ?? t("nav.profile");
  usePlace(`people ${entry}`);
  useTitle(`${t(`profile.${list}`)} · ${title}`);
  if (!hasKey) return html`<${PageHead} title=${title} back /><${NeedsKey} />`;
  if (isNotFound(error)) return html`<${PageHead} title=${title} back /><${Missing} words="profile.gone" />`;
  return html`
    <${PageHead} title=${title} back>
      <nav class="tabs" aria-label=${t("profile.lists")}>
        ${LISTS.map(
          (name) => html`<a href=${`/users/${id}/${name}`} aria-current=${name === list ? "page" : undefined}>
            ${t(`profile.${name}`)}
          </a>`,
        )}
      </nav>
    <//>
    ${error && html`<${user ? Trouble : Failure} error=${error} retry=${again} />`}
    ${(user || !error) && html`<${PeopleList}
      key=${`${id} ${list}`}
      fetchPage=${(before, limit) => fetchPeople(id, list, before, limit)}
      empty=${html`<${EmptyRow} title=${t(`profile.no_${list}`)} />`}
    />`}
  `;
}
