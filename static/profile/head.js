// The head of a person's page.
import { lazy } from "../components/lazy.js";
import { Avatar } from "../components/people.js";
import { html } from "../lib/html.js";
import { formatNumber, t } from "../lib/i18n.js";
import { longDayOf } from "../lib/time.js";
import { administers, viewer } from "../store/session.js";
import { FollowButton } from "./follow-button.js";

const Administration = lazy(() => import("./administration.js"));

function Count({ to, count, words }) {
  const text = html`<b>${formatNumber(count)}</b> ${t(words, { count })}`;
  return to ? html`<a href=${to}>${text}</a>` : html`<span>${text}</span>`;
}

export function ProfileHead({ user }) {
  const own = viewer.value?.id === user.id;
  return html`<section class="profile-head" aria-label=${t("profile.about", { name: user.name })}>
    <div class="profile-top">
      <${Avatar} user=${user} size="large" />
      ${own
        ? html`<a class="button" href="/settings">${t("profile.edit")}</a>`
        : html`<${FollowButton} user=${user} />`}
    </div>
    <p class="profile-name"><bdi>${user.name}</bdi></p>
    <p class="handle">@${user.handle}</p>
    <p class="joined">${t("profile.joined", { when: longDayOf(user.created_at) })}</p>
    <p class="counts">
      <${Count} count=${user.tweets_count} words="profile.tweets_count" />
      <${Count} to=${`/users/${user.id}/following`} count=${user.following_count} words="profile.following_count" />
      <${Count} to=${`/users/${user.id}/followers`} count=${user.followers_count} words="profile.followers_count" />
    </p>
    ${administers.value && !own && html`<${Administration} key=${user.id} user=${user} />`}
  </section>`;
}
