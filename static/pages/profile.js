// A person's page: who they are and what they tweeted.
import { useEffect } from "preact/hooks";
import { EmptyRow, Failure, Skeletons, Trouble } from "../components/rows.js";
import { PageHead } from "../components/shell.js";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { usePlace } from "../lib/scroll.js";
import { ProfileHead } from "../profile/head.js";
import { feedOfUser } from "../store/feeds.js";
import { key } from "../store/session.js";
import { loadProfile, profileOf } from "../store/users.js";
import { FeedView } from "../timeline/feed.js";
import { isNotFound, useLoading } from "./loading.js";
import NeedsKey from "./needs-key.js";
import { Missing } from "./not-found.js";
import { useTitle } from "./title.js";

export default function ProfilePage({ id, entry }) {
  const hasKey = key.value !== "";
  const user = profileOf(id).value;
  const feed = feedOfUser(id);
  const { error, again } = useLoading(() => loadProfile(id), [id], hasKey);
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
    <${FeedView}
      feed=${feed}
      label=${t("profile.tweets_of", { name: title })}
      empty=${html`<${EmptyRow} title=${t("profile.no_tweets")} />`}
    />
  `;
}
