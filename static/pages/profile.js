// A person's page: who they are, what they tweeted, their pictures, and what they like.
import { useEffect } from "preact/hooks";
import { EmptyRow, Failure, Skeletons, Trouble } from "../components/rows.js";
import { PageHead } from "../components/shell.js";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { usePlace } from "../lib/scroll.js";
import { departures } from "../profile/departures.js";
import { ProfileHead } from "../profile/head.js";
import { feedOfUser } from "../store/feeds.js";
import { key } from "../store/session.js";
import { loadProfile, profileOf } from "../store/users.js";
import { FeedView } from "../timeline/feed.js";
import { isNotFound, useLoading } from "./loading.js";
import NeedsKey from "./needs-key.js";
import { Missing } from "./not-found.js";
import { useTitle } from "./title.js";

const TABS = [
  ["tweets", "", "profile.tab_tweets"],
  ["media", "/media", "profile.tab_media"],
  ["likes", "/likes", "profile.tab_likes"],
];

const Tabs = ({ id, list }) => html`<nav class="tabs" aria-label=${t("profile.tabs")}>
  ${TABS.map(
    ([name, path, words]) => html`<a
      key=${name}
      href=${`/users/${id}${path}`}
      aria-current=${name === list ? "page" : undefined}
    >
      ${t(words)}
    </a>`,
  )}
</nav>`;

export default function ProfilePage({ id, list, entry }) {
  const hasKey = key.value !== "";
  const user = profileOf(id).value;
  const feed = feedOfUser(id, list);
  const { error, again } = useLoading(() => loadProfile(id), [id, departures.value], hasKey);
  const title = user?.name ?? t("nav.profile");
  usePlace(`profile ${entry}`);
  useTitle(title);
  useEffect(() => {
    if (hasKey && feed.status.value === "fresh") feed.load();
  }, [feed, hasKey, feed.status.value]);
  if (!hasKey) return html`<${PageHead} title=${title} back /><${NeedsKey} />`;
  if (isNotFound(error)) return html`<${PageHead} title=${title} back /><${Missing} words="profile.gone" />`;
  if (error && !user) return html`<${PageHead} title=${title} back /><${Failure} error=${error} retry=${again} />`;
  return html`
    <${PageHead} title=${title} back />
    ${user ? html`<${ProfileHead} user=${user} />` : !error && html`<${Skeletons} count=${1} />`}
    ${error && html`<${Trouble} error=${error} retry=${again} />`}
    <${Tabs} id=${id} list=${list} />
    <${FeedView}
      key=${list}
      feed=${feed}
      label=${t(`profile.${list}_of`, { name: title })}
      empty=${html`<${EmptyRow} title=${t(`profile.no_${list}`)} />`}
    />
  `;
}
