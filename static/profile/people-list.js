// A list of people that is read page by page.
import { useEffect } from "preact/hooks";
import { Avatar } from "../components/people.js";
import { Button, EndRow, Failure, Skeletons, Trouble } from "../components/rows.js";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { usePages } from "../lib/pages.js";
import { missed } from "../store/live-state.js";
import { keepFollowed } from "../store/users.js";
import { FollowButton } from "./follow-button.js";

const PAGE_SIZE = 50;

function Person({ user }) {
  return html`<li class="person" data-row=${`user-${user.id}`}>
    <a class="person-link" href=${`/users/${user.id}`}>
      <${Avatar} user=${user} />
      <span><b dir="auto">${user.name}</b><span class="handle">@${user.handle}</span></span>
    </a>
    <${FollowButton} user=${user} />
  </li>`;
}

export function PeopleList({ fetchPage, empty = null }) {
  const { items, next, error, loading, more } = usePages(async (before) => {
    const page = await fetchPage(before, PAGE_SIZE);
    page.users.forEach(keepFollowed);
    return { items: page.users, next: page.next };
  });
  useEffect(() => {
    if (items.value === null || error.value) more();
  }, [missed.value]);
  const people = items.value;
  if (error.value && people === null) return html`<${Failure} error=${error.value} retry=${more} />`;
  if (people === null) return html`<${Skeletons} count=${3} />`;
  if (people.length === 0) return empty;
  return html`<ul class="people">
      ${people.map((user) => html`<${Person} key=${user.id} user=${user} />`)}
    </ul>
    ${error.value && html`<${Trouble} error=${error.value} retry=${more} />`}
    ${next.value === null
      ? html`<${EndRow} />`
      : html`<div class="more">
          <${Button} busy=${loading.value} onClick=${more}>${loading.value ? t("feed.loading") : t("feed.more")}<//>
        </div>`}`;
}
