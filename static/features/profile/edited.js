// What the viewer is changing of their profile. It stays while they look at other pages.
import { signal } from "@preact/signals";
import { whenViewerLeaves } from "../../core/store/leaving.js";
import { limits } from "../../core/store/session.js";

/** @import { EditedProfileJson, ProfileJson } from "../../core/api/shapes.js" */

const BLANK = { name: "", value: "" };

/** @type {import("@preact/signals").Signal<EditedProfileJson | null>} */
export const edited = signal(null);

/** Begins with what the profile says, with as many lines as it may have. @param {ProfileJson} profile */
export function edit({ name, bio = "", pronouns = "", fields = [], bot = false }) {
  const more = Math.max(0, limits.value.profile_fields - fields.length);
  edited.value = { name, bio, pronouns, fields: [...fields, ...Array(more).fill(BLANK)], bot };
}

export const isFilled = ({ name, value }) => name.trim() !== "" || value.trim() !== "";
export const isWhole = ({ name, value }) => (name.trim() === "") === (value.trim() === "");

whenViewerLeaves(() => (edited.value = null));
