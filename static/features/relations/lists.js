// In Settings: whom the viewer blocks and mutes, and which conversations.
import { useEffect } from "preact/hooks";
import { fetchBlocks, fetchMutes } from "../../core/api/relations.js";
import { Failure } from "../../core/ui/failure.js";
import { PersonAvatar } from "../../core/ui/person.js";
import { Button, Skeletons, Trouble } from "../../core/ui/rows.js";
import { useAct } from "../../core/ui/act.js";
import { html } from "../../core/ui/html.js";
import { usePages } from "../../core/ui/pages.js";
import { keepPerson } from "../../core/store/people.js";
import { fullTime } from "../../core/words/time.js";
import { t } from "../../core/words/words.js";
import { MutedConversations } from "./muted-conversations.js";
import { unblock, unmute } from "./relations.js";

const PAGE_SIZE = 50;

function Row({ person, until, words, undo, gone }) {
  const { busy, error, press } = useAct(async () => {
    await undo(person);
    gone(person);
  });
  return html`<li class="person">
    <a class="person-link" href=${`/users/${person.id}`}>
      <${PersonAvatar} person=${person} />
      <span>
        <b dir="auto">${person.name}</b>
        <span class="handle">@${person.handle}${until && ` · ${t("relation.until", { when: fullTime(until) })}`}</span>
      </span>
    </a>
    <${Button}
      kind="small"
      busy=${busy.value}
      aria-label=${t(words, { handle: person.handle.value })}
      onClick=${press}
      >${t(`${words}_short`)}<//
    >
    ${error.value && html`<${Trouble} error=${error.value} retry=${press} />`}
  </li>`;
}

function List({ fetchPage, empty, words, undo }) {
  const { items, next, error, loading, more } = usePages(async (before) => {
    const page = await fetchPage(before, PAGE_SIZE);
    return { items: page.users.map((json) => ({ person: keepPerson(json), until: json.muted_until })), next: page.next };
  });
  useEffect(() => void more(), []);
  const rows = items.value;
  if (error.value && rows === null) return html`<${Failure} error=${error.value} retry=${more} />`;
  if (rows === null) return html`<${Skeletons} count=${1} />`;
  const gone = (person) => (items.value = items.value.filter((one) => one.person !== person));
  return html`${rows.length === 0 && html`<p class="hint">${t(empty)}</p>`}
    <ul class="people">
      ${rows.map(
        ({ person, until }) =>
          html`<${Row} key=${person.id} person=${person} until=${until} words=${words} undo=${undo} gone=${gone} />`,
      )}
    </ul>
    ${error.value && html`<${Trouble} error=${error.value} retry=${more} />`}
    ${next.value !== null && html`<${Button} busy=${loading.value} onClick=${more}>${t("feed.more")}<//>`}`;
}

export default function Relations() {
  return html`<section class="settings-part">
      <h2>${t("relation.mutes")}</h2>
      <p class="hint">${t("relation.mutes_about")}</p>
      <${List} fetchPage=${fetchMutes} empty="relation.no_mutes" words="relation.unmute" undo=${unmute} />
    </section>
    <section class="settings-part">
      <h2>${t("relation.conversations")}</h2>
      <p class="hint">${t("relation.conversations_about")}</p>
      <${MutedConversations} />
    </section>
    <section class="settings-part">
      <h2>${t("relation.blocks")}</h2>
      <p class="hint">${t("relation.blocks_about")}</p>
      <${List} fetchPage=${fetchBlocks} empty="relation.no_blocks" words="relation.unblock" undo=${unblock} />
    </section>`;
}
