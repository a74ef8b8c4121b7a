// The head of a person's page.
import { useEffect, useRef } from "preact/hooks";
import { useAct } from "../../core/ui/act.js";
import { Icon } from "../../core/ui/icon.js";
import { lazy } from "../../core/ui/lazy.js";
import { Names } from "../../core/ui/names.js";
import { Avatar, tintOf } from "../../core/ui/person.js";
import { Button } from "../../core/ui/rows.js";
import { openMenu } from "../../core/store/openers.js";
import { html } from "../../core/ui/html.js";
import { errorText, formatNumber, loadAllWords, t } from "../../core/words/words.js";
import { fullTime, monthOf } from "../../core/words/time.js";
import { keepPerson } from "../../core/store/people.js";
import { administers, viewer } from "../../core/store/session.js";
import Note from "../notes/note.js";
import { About } from "./about.js";
import { Bell } from "./bell.js";
import { edit, edited } from "./edited.js";
import { FollowButton } from "./follow-button.js";
import "./words.js";

const EditForm = lazy(() => import("./edit-form.js"));
const Administration = lazy(() => import("./administration.js"));

function Count({ to, count, words }) {
  const text = html`<b>${formatNumber(count)}</b> ${t(words, { count })}`;
  return to ? html`<a href=${to}>${text}</a>` : html`<span>${text}</span>`;
}

function Unblock({ person }) {
  const { busy, error, press } = useAct(async () => {
    const { unblock } = await import("../relations/relations.js");
    await loadAllWords(); // the module has brought its own
    await unblock(person);
  });
  return html`<span class="follow">
    <${Button} kind="danger" busy=${busy.value} onClick=${press}>${t("profile.unblock")}<//>
    ${error.value && html`<span class="field-error" role="alert">${errorText(error.value)}</span>`}
  </span>`;
}

// What is between the viewer and this person.
function Relation({ user }) {
  const { handle, muted_until: until } = user;
  const lines = [
    user.blocking && t("profile.blocking", { handle }),
    user.blocked_by && t("profile.blocked_by", { handle }),
    user.muting && (until ? t("profile.muting_until", { handle, when: fullTime(until) }) : t("profile.muting", { handle })),
  ].filter(Boolean);
  return lines.map((line) => html`<p class="hint" key=${line}>${line}</p>`);
}

// This many are named; of more people, two are.
const NAMED = 3;

function Known({ user }) {
  const { known_followers: known = [], known_followers_count: count } = user;
  if (known.length === 0) return null;
  const [before, after] = t("profile.known", { names: "\u0000" }).split("\u0000");
  return html`<p class="known-followers">${before}<${Names} people=${known.map(keepPerson)} count=${count} most=${NAMED} />${after}</p>`;
}

// The pages for which the bar of a phone has no room.
const Places = () => html`<nav class="own-places" aria-label=${t("profile.places")}>
  <a href="/lists">${t("nav.lists")}</a>
  <a href="/drafts">${t("nav.drafts")}</a>
  <a href="/members">${t("profile.all_members")}</a>
</nav>`;

export function ProfileHead({ person }) {
  const user = person.profile.value;
  const own = viewer.value?.id === user.id;
  // What is being changed is shown as it will be.
  const changed = own ? edited.value : null;
  const said = changed ?? user;
  const name = changed?.name.trim() || person.name.value;
  const opener = useRef(null);
  const wasOpen = useRef(false);
  useEffect(() => {
    if (wasOpen.current && !changed) opener.current?.focus({ preventScroll: true });
    wasOpen.current = changed !== null;
  }, [changed === null]);
  const { header = null } = said;
  return html`<div class=${`profile-band ${header ? "pictured" : tintOf(user.id)}`} aria-hidden="true">
    ${header && html`<img key=${header} src=${header} srcset=${header.startsWith("blob:") ? undefined : `${header}-small 600w, ${header} 1500w`} sizes="(max-width: 680px) 100vw, 620px" alt="" />`}
  </div>
  <section class="profile-head" aria-label=${t("profile.about", { name })}>
    <div class="profile-top">
      <${Avatar} user=${{ id: user.id, name, avatar: changed ? changed.avatar : person.avatar.value }} size="large" />
      ${own
        ? html`<span class="profile-acts">
            <a class="icon-button" href="/settings" aria-label=${t("nav.settings")} title=${t("nav.settings")}>
              <${Icon} name="settings" />
            </a>
            ${!changed && html`<button ref=${opener} type="button" class="button" onClick=${() => edit(user)}>${t("profile.edit")}</button>`}
          </span>`
        : html`<span class="profile-acts">
            <button
              type="button"
              class="icon-button"
              aria-haspopup="dialog"
              aria-label=${t("tweet.more")}
              title=${t("tweet.more")}
              onClick=${() => openMenu(person)}
            >
              <${Icon} name="more" />
            </button>
            ${user.blocking
              ? html`<${Unblock} person=${person} />`
              : !user.blocked_by &&
                html`${person.followed.value && html`<${Bell} person=${person} />`}
                  <${FollowButton} person=${person} />`}
          </span>`}
    </div>
    <p class="profile-name"><bdi>${name}</bdi></p>
    <p class="handle">
      @${user.handle}${said.pronouns && html` · <bdi>${said.pronouns}</bdi>`}
      ${said.bot && html` <span class="tag">${t("profile.bot")}</span>`}${user.follows_you && html` <span class="tag">${t("profile.follows_you")}</span>`}
      ${user.locked && html` <span class="tag">${t("profile.locked")}</span>`}
    </p>
    <${Relation} user=${user} />
    <${About} said=${said} />
    ${!own && html`<${Note} key=${user.id} user=${user} />`}
    <p class="joined">${t("profile.joined", { when: monthOf(user.created_at) })}</p>
    <p class="counts">
      <${Count} count=${user.tweets_count} words="profile.tweets_count" />
      <${Count} to=${`/users/${user.id}/following`} count=${user.following_count} words="profile.following_count" />
      <${Count} to=${`/users/${user.id}/followers`} count=${user.followers_count} words="profile.followers_count" />
    </p>
    <${Known} user=${user} />
    ${own && html`<${Places} />`}
    ${changed && html`<${EditForm} />`}
    ${administers.value && !own && html`<${Administration} key=${user.id} user=${user} />`}
  </section>`;
}
