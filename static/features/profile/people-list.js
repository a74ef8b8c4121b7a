// A list of people that is read page by page.
import { useEffect } from "preact/hooks";
import { PersonAvatar } from "../../core/ui/person.js";
import { Failure } from "../../core/ui/failure.js";
import { Button, EndRow, Skeletons, Trouble } from "../../core/ui/rows.js";
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import { usePages } from "../../core/ui/pages.js";
import { missed } from "../../core/store/live-state.js";
import { keepPerson } from "../../core/store/people.js";
import { FollowButton } from "./follow-button.js";
import "./words.js";

const PAGE_SIZE = 50;

// `children`: what else there is to do with this person.
export function PersonRow({ person, children = null, follows = true }) {
  return html`<li class="person" data-row=${`user-${person.id}`}>
    <a class="person-link" href=${`/users/${person.id}`}>
      <${PersonAvatar} person=${person} />
      <span><b dir="auto">${person.name}</b><span class="handle">@${person.handle}</span></span>
    </a>
    ${children}
    ${follows && html`<${FollowButton} person=${person} />`}
  </li>`;
}

// `Beside`: a component that is drawn in each row, with the `person`. `follows`: whether a button to follow them is.
export function PeopleList({ fetchPage, empty = null, Beside = null, follows = true }) {
  const { items, next, error, loading, more } = usePages(async (before) => {
    const page = await fetchPage(before, PAGE_SIZE);
    return { items: page.users.map(keepPerson), next: page.next };
  });
  useEffect(() => {
    if (items.value === null || error.value) more();
  }, [missed.value]);
  const people = items.value;
  if (error.value && people === null) return html`<${Failure} error=${error.value} retry=${more} />`;
  if (people === null) return html`<${Skeletons} count=${3} />`;
  if (people.length === 0) return empty;
  return html`<ul class="people">
      ${people.map((person) => html`<${PersonRow} key=${person.id} person=${person} follows=${follows}>
          ${Beside && html`<${Beside} person=${person} />`}
        <//>`)}
    </ul>
    ${error.value && html`<${Trouble} error=${error.value} retry=${more} />`}
    ${next.value === null
      ? html`<${EndRow} />`
      : html`<div class="more">
          <${Button} busy=${loading.value} onClick=${more}>${loading.value ? t("feed.loading") : t("feed.more")}<//>
        </div>`}`;
}
