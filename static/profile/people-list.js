// A list of people that is read page by page.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Avatar } from "../components/people.js";
import { Button, EndRow, Failure, Skeletons, Trouble } from "../components/rows.js";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";
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
  const people = useSignal([]);
  const next = useSignal(undefined);
  const error = useSignal(null);
  const loading = useSignal(false);
  const load = async () => {
    if (loading.value) return;
    loading.value = true;
    error.value = null;
    try {
      const page = await fetchPage(next.value, PAGE_SIZE);
      page.users.forEach(keepFollowed);
      people.value = [...people.value, ...page.users];
      next.value = page.next;
    } catch (failure) {
      error.value = failure;
    } finally {
      loading.value = false;
    }
  };
  useEffect(() => {
    if (next.value === undefined || error.value) load();
  }, [missed.value]);
  const first = next.value === undefined;
  if (error.value && first) return html`<${Failure} error=${error.value} retry=${load} />`;
  if (first) return html`<${Skeletons} count=${3} />`;
  if (people.value.length === 0) return empty;
  return html`<ul class="people">
      ${people.value.map((user) => html`<${Person} key=${user.id} user=${user} />`)}
    </ul>
    ${error.value && html`<${Trouble} error=${error.value} retry=${load} />`}
    ${next.value === null
      ? html`<${EndRow} />`
      : html`<div class="more">
          <${Button} busy=${loading.value} onClick=${load}>${loading.value ? t("feed.loading") : t("feed.more")}<//>
        </div>`}`;
}
