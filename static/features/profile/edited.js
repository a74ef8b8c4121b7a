// What the viewer is changing in their profile. It is kept while they look at other pages.
import { signal } from "@preact/signals";
import { whenViewerLeaves } from "../../core/store/leaving.js";
import { limits } from "../../core/store/session.js";

/** @import { EditedProfileJson, ProfileJson } from "../../core/api/shapes.js" */

const BLANK = { name: "", value: "" };

/** @type {import("@preact/signals").Signal<EditedProfileJson | null>} */
export const edited = signal(null);

// What the profile said when the edit began.
/** @type {EditedProfileJson | null} */
let before = null;

/** The uploads of pictures that are under way, by what they are for. */
/** @type {import("@preact/signals").Signal<Record<string, AbortController>>} */
export const uploads = signal({});

export const set = (news) => {
  if (edited.peek()) edited.value = { ...edited.peek(), ...news };
};

/** Begins with what the profile says, with as many lines as it may have. @param {ProfileJson} profile */
export function edit({ name, avatar = null, header = null, bio = "", pronouns = "", fields = [], bot = false }) {
  const more = Math.max(0, limits.value.profile_fields - fields.length);
  const lines = fields.map(({ name: label, value }) => ({ name: label, value }));
  before = { name, avatar, header, bio, pronouns, fields: [...lines, ...Array(more).fill(BLANK)], bot };
  edited.value = before;
}

export const isFilled = ({ name, value }) => name.trim() !== "" || value.trim() !== "";
export const isWhole = ({ name, value }) => (name.trim() === "") === (value.trim() === "");

const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** What differs from how it began, as the server takes it: another device may have changed the rest. */
export function changes() {
  const { avatar, header, ...said } = edited.peek(); // eslint-disable-line no-unused-vars
  const changed = Object.entries(said).filter(([name, value]) => !isSame(value, before[name]));
  const lines = "fields" in Object.fromEntries(changed) && { fields: said.fields.filter(isFilled) };
  return { ...Object.fromEntries(changed), ...lines };
}

/** Ends an upload, if there is one for this. */
export function stop(purpose) {
  const { [purpose]: controller, ...others } = uploads.peek();
  controller?.abort();
  uploads.value = others;
}

/** Shows a picture in place of another, meanwhile. */
export function show(purpose, path, id) {
  release(edited.peek()?.[purpose]);
  set({ [purpose]: path, [`${purpose}_id`]: id });
}

export function end() {
  for (const purpose of ["avatar", "header"]) {
    stop(purpose);
    release(edited.peek()?.[purpose]);
  }
  edited.value = null;
}

function release(path) {
  if (path?.startsWith("blob:")) URL.revokeObjectURL(path);
}

whenViewerLeaves(end);
