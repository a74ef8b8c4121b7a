// A tweet, or the tweets of a thread, in the outbox, and how it is stored in this browser.
import { signal } from "@preact/signals";
import { save } from "../../core/store/storage.js";
import { restoreAttachment } from "./attachments.js";
import { toStored } from "./stored-draft.js";

export const PREFIX = "outbox.";

// How long after an attempt that nobody answered the next one is made.
export const FIRST_WAIT = 5000;

// `parts`: one tweet, or those of a thread, each with its text and pictures.
export function create({ parts, target = "new", choices = {}, once, owner: whose, at, unsure = false }) {
  return {
    parts,
    target,
    choices,
    once,
    owner: whose ?? null,
    at,
    // A request went out that nobody answered: it may have been published.
    unsure,
    // waiting → pictures → sending → gone; or failed, kept (put aside), discarded (for a moment)
    state: signal("waiting"),
    error: signal(null),
    wait: FIRST_WAIT,
    timer: null,
    // Counts the attempts: what an abandoned one says is not heard any more.
    attempt: 0,
  };
}

export const nameOf = (entry) => PREFIX + entry.once;

/** All pictures of an entry's tweets. */
export const picturesOf = (entry) => entry.parts.flatMap((part) => part.pictures);

const storedPart = ({ text, pictures }) => ({ text, media: pictures.map(toStored) });
export const revivedPart = ({ text, media }) => ({ text, pictures: media.map(restoreAttachment) });

// The tweets of a stored entry. An earlier version stored only one.
export const partsOf = ({ text, media, further = [] }) => [{ text, media }, ...further];

export function store(entry) {
  const { type, message, retryAfter, picture } = entry.error.value ?? {};
  const [first, ...further] = entry.parts.map(storedPart);
  save(nameOf(entry), {
    ...first,
    further,
    target: entry.target,
    choices: entry.choices,
    once: entry.once,
    owner: entry.owner,
    at: entry.at,
    unsure: entry.unsure,
    error: type ? { type, message, retryAfter, picture } : null,
    kept: entry.state.value === "kept",
  });
}
