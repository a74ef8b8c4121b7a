// Who is on a list: adding people, and taking them off.
import { useSignal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import { fetchCompletions } from "../../core/api/completions.js";
import { fetchMembersOf, setMember } from "../../core/api/people-lists.js";
import { keepPerson } from "../../core/store/people.js";
import { useAct } from "../../core/ui/act.js";
import { Failure } from "../../core/ui/failure.js";
import { html } from "../../core/ui/html.js";
import { usePages } from "../../core/ui/pages.js";
import { PersonAvatar } from "../../core/ui/person.js";
import { Button, Skeletons, Trouble } from "../../core/ui/rows.js";
import { t } from "../../core/words/words.js";
import { changed } from "./news.js";
import "./words.js";

const PAGE_SIZE = 50;

// How long to wait for further letters before searching, in ms.
const PAUSE = 200;

function Row({ list, person, isMember, turned }) {
  const { busy, error, press } = useAct(async () => {
    await setMember(list.id, person.id, !isMember);
    turned(person, !isMember);
    changed();
  });
  const words = isMember ? "list.remove" : "list.add";
  return html`<li class="person">
    <span class="person-link">
      <${PersonAvatar} person=${person} />
      <span><b dir="auto">${person.name}</b><span class="handle">@${person.handle}</span></span>
    </span>
    <${Button}
      kind=${isMember ? "small" : "small primary"}
      busy=${busy.value}
      aria-label=${t(`${words}_name`, { handle: person.handle.value })}
      onClick=${press}
      >${t(words)}<//
    >
    ${error.value && html`<${Trouble} error=${error.value} retry=${press} />`}
  </li>`;
}

function useFound(prefix) {
  const found = useSignal(null);
  const error = useSignal(null);
  useEffect(() => {
    if (!prefix) {
      found.value = null;
      return undefined;
    }
    let current = true;
    const timer = setTimeout(async () => {
      try {
        const users = await fetchCompletions(prefix);
        if (current) [found.value, error.value] = [users.map(keepPerson), null];
      } catch (failure) {
        if (current) error.value = failure;
      }
    }, PAUSE);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [prefix]);
  return { found: found.value, error: error.value };
}

// `autofocus`: the dialog is for adding people.
export function ListPeople({ list, autofocus = false }) {
  const id = useId();
  const prefix = useSignal("");
  const { items, next, error, loading, more } = usePages(async (before) => {
    const page = await fetchMembersOf(list.id, before, PAGE_SIZE);
    return { items: page.users.map(keepPerson), next: page.next };
  });
  useEffect(() => void more(), []);
  const ids = useSignal(new Set(list.member_ids));
  const field = useRef(null);
  const search = useFound(prefix.value.trim().replace(/^@/, ""));
  const members = items.value;
  useEffect(() => {
    if (autofocus && members) field.current.focus();
  }, [members === null]);
  if (members === null) {
    return error.value ? html`<${Failure} error=${error.value} retry=${more} />` : html`<${Skeletons} count=${2} />`;
  }
  const turned = (person, isMember) => {
    const others = items.value.filter((one) => one !== person);
    items.value = isMember ? [person, ...others] : others;
    ids.value = new Set(isMember ? [...ids.value, person.id] : [...ids.value].filter((one) => one !== person.id));
    // Its row is gone, with the button.
    requestAnimationFrame(() => document.activeElement === document.body && field.current?.focus());
  };
  const row = (person) =>
    html`<${Row} key=${person.id} list=${list} person=${person} isMember=${ids.value.has(person.id)} turned=${turned} />`;
  return html`<label for=${id}>${t("list.add_people")}</label>
    <input
      ref=${field}
      id=${id}
      type="search"
      autocomplete="off"
      placeholder=${t("list.search")}
      value=${prefix}
      onInput=${(event) => (prefix.value = event.target.value)}
    />
    ${search.error && html`<${Trouble} error=${search.error} />`}
    <div role="status">
      ${search.found?.length === 0 && html`<p class="hint">${t("list.no_match")}</p>`}
    </div>
    ${search.found && html`<ul class="people found">${search.found.map(row)}</ul>`}
    <h3>${t("list.people")}</h3>
    ${members.length === 0 && html`<p class="hint">${t("list.nobody")}</p>`}
    <ul class="people">${[...new Set(members)].map(row)}</ul>
    ${error.value && html`<${Trouble} error=${error.value} retry=${more} />`}
    ${next.value !== null && html`<${Button} busy=${loading.value} onClick=${more}>${t("feed.more")}<//>`}`;
}
