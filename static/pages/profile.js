// A person's page: who they are, what they tweeted, their pictures, and what they like.
import { useEffect } from "preact/hooks";
import { Failure } from "../core/ui/failure.js";
import { EmptyRow, Skeletons, Trouble } from "../core/ui/rows.js";
import { PageHead } from "./shell.js";
import { html } from "../core/ui/html.js";
import { lazy } from "../core/ui/lazy.js";
import { Tabs } from "../core/ui/tabs.js";
import { t } from "../core/words/words.js";
import { usePlace } from "../core/ui/scroll.js";
import { ProfileHead } from "../features/profile/head.js";
import { feedOfUser } from "../core/store/lists.js";
import { key } from "../core/store/session.js";
import { departures, loadProfile, personById } from "../core/store/people.js";
import { loadPins, pinsOf } from "../core/store/pins.js";
import { FeedView } from "../features/timeline/feed.js";
import PictureWall from "../features/timeline/picture-wall.js";
import { byHandle } from "./by-handle.js";
import { isNotFound, useLoading } from "./loading.js";
import NeedsKey from "./needs-key.js";
import { Missing } from "./not-found.js";
import { useTitle } from "./title.js";
import "./words.js";

const Pinned = lazy(() => import("../features/pins/pinned.js"));

const TABS = [
  ["tweets", "", "profile.tab_tweets"],
  ["replies", "/replies", "profile.tab_replies"],
  ["media", "/media", "profile.tab_media"],
  ["likes", "/likes", "profile.tab_likes"],
];

// Drawn once the head above them is there, so that they stay where they appear.
const ProfileTabs = ({ id, list }) => html`<${Tabs}
  label=${t("profile.tabs")}
  tabs=${TABS.map(([name, path, words]) => [name, `/users/${id}${path}`, t(words)])}
  current=${list}
/>`;

function ProfilePage({ id, list, entry }) {
  const hasKey = key.value !== "";
  const person = personById(id);
  const user = person.profile.value;
  const feed = feedOfUser(id, list);
  const { error, again } = useLoading(() => loadProfile(id), [id, departures.value], hasKey);
  const pins = pinsOf(id);
  const top = useLoading(() => loadPins(id), [id, list, departures.value], hasKey && list === "tweets");
  // Pinned tweets come with the others, so that nothing moves.
  const pinned = list === "tweets" ? (pins.value ?? (top.error ? [] : null)) : [];
  const title = person.name.value || t("nav.profile");
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
    ${user ? html`<${ProfileHead} person=${person} />` : !error && html`<${Skeletons} count=${1} />`}
    ${error && html`<${Trouble} error=${error} retry=${again} />`}
    ${user &&
    html`<${ProfileTabs} id=${id} list=${list} />
      ${pinned?.length > 0 && html`<${Pinned} ids=${pinned} />`}
      ${pinned === null
        ? html`<${Skeletons} />`
        : html`<${FeedView}
            place=${`profile ${entry}`}
            key=${list}
            feed=${feed}
            without=${pinned}
            List=${list === "media" ? PictureWall : undefined}
            label=${t(`profile.${list}_of`, { name: title })}
            empty=${html`<${EmptyRow}
              title=${t(user.blocking || user.blocked_by ? "profile.hidden_tweets" : `profile.no_${list}`)}
            />`}
          />`}`}
  `;
}

export default byHandle(ProfilePage);
