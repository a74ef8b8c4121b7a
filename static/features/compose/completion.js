// Suggests people and hashtags while one is being typed: a list under the field, for keys and pointers.
import { useSignal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import { fetchCompletions, fetchHashtags } from "../../core/api/completions.js";
import { html } from "../../core/ui/html.js";
import { PersonAvatar } from "../../core/ui/person.js";
import { announce } from "../../core/store/notices.js";
import { keepPerson } from "../../core/store/people.js";
import { signedIn } from "../../core/store/session.js";
import { hashtagBegun, mentionBegun } from "../../core/words/begun.js";
import { t } from "../../core/words/words.js";
import "./words.js";

const WAIT = 120;
const MOST = 6;

const begins = (person, prefix) =>
  person.handle.value.startsWith(prefix) || person.name.value.toLowerCase().startsWith(prefix);

const ofPerson = (person) => ({
  text: `@${person.handle.value}`,
  shown: html`<${PersonAvatar} person=${person} size="small" />
    <b><bdi>${person.name}</bdi></b> <span class="handle">@${person.handle}</span>`,
});

const ofHashtag = ({ name }) => ({ text: `#${name}`, shown: html`<b><bdi>#${name}</bdi></b>` });

// What can be completed: where it begins, what is suggested, and how that is announced.
const KINDS = [
  {
    begun: mentionBegun,
    label: "compose.people",
    count: "compose.suggested",
    async items(prefix, nearby) {
      const users = await fetchCompletions(prefix);
      const near = nearby.filter((person) => begins(person, prefix));
      const found = [...new Set([...near, ...users.map(keepPerson)])];
      // Nothing to choose where it is written to its end.
      if (found.length === 1 && found[0].handle.value === prefix) return [];
      return found.slice(0, MOST).map(ofPerson);
    },
  },
  {
    begun: hashtagBegun,
    label: "compose.hashtags",
    count: "compose.suggested_hashtags",
    async items(prefix) {
      const found = (await fetchHashtags(prefix)).map(ofHashtag);
      // Nothing to choose where it is written to its end.
      return found.length === 1 && found[0].text === `#${prefix}` ? [] : found;
    },
  },
];

// What is being typed at the caret, or null.
function typed(field) {
  if (field.selectionStart !== field.selectionEnd) return null;
  const before = field.value.slice(0, field.selectionStart);
  for (const kind of KINDS) {
    const found = kind.begun(before);
    if (found) return { kind, ...found };
  }
  return null;
}

/**
 * @param {import("preact").RefObject<HTMLTextAreaElement>} field
 * @param {(text: string) => void} write
 * @param {import("../../core/store/people.js").Person[]} nearby the people of the conversation, who come first
 */
export function useCompletion(field, write, nearby) {
  const id = useId();
  const shown = useSignal(null);
  const timer = useRef(0);
  const latest = useRef(0);
  const close = () => {
    clearTimeout(timer.current);
    latest.current += 1;
    shown.value = null;
  };
  useEffect(() => close, []);
  const look = async ({ kind, prefix }) => {
    const number = (latest.current += 1);
    try {
      const items = await kind.items(prefix, nearby);
      if (number !== latest.current) return;
      shown.value = items.length ? { kind, items, at: 0 } : null;
      if (items.length) announce(t(kind.count, { count: items.length }));
    } catch {
      // Without a connection, it is typed to its end.
      if (number === latest.current) shown.value = null;
    }
  };
  const onInput = () => {
    const now = signedIn.value ? typed(field.current) : null;
    close();
    if (now) timer.current = setTimeout(() => look(now), WAIT);
  };
  const choose = ({ text }) => {
    const element = field.current;
    const now = typed(element);
    close();
    if (!now) return;
    const after = element.value.slice(element.selectionStart).replace(/^ /, "");
    const before = `${element.value.slice(0, now.from)}${text} `;
    element.value = before + after;
    element.setSelectionRange(before.length, before.length);
    element.focus();
    write(element.value);
  };
  const move = (step) => {
    const { items, at } = shown.value;
    shown.value = { ...shown.value, at: (at + step + items.length) % items.length };
  };
  const KEYS = {
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Enter: () => choose(shown.value.items[shown.value.at]),
    Tab: () => choose(shown.value.items[shown.value.at]),
    Escape: close,
  };
  const onKeyDown = (event) => {
    if (!shown.value || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const act = KEYS[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  const open = shown.value !== null;
  const attributes = {
    "aria-autocomplete": "list",
    "aria-controls": open ? `${id}-list` : undefined,
    "aria-activedescendant": open ? `${id}-${shown.value.at}` : undefined,
    onKeyDown,
    onBlur: close,
  };
  const list =
    open &&
    html`<ul class="completions" id=${`${id}-list`} role="listbox" aria-label=${t(shown.value.kind.label)}>
      ${shown.value.items.map(
        (item, index) => html`<li
          key=${item.text}
          id=${`${id}-${index}`}
          role="option"
          aria-selected=${index === shown.value.at}
          onPointerDown=${(event) => event.preventDefault()}
          onClick=${() => choose(item)}
        >
          ${item.shown}
        </li>`,
      )}
    </ul>`;
  return { list, attributes, onInput, close };
}
