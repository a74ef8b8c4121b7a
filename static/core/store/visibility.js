// Who may see a tweet: the levels, from the widest audience to the narrowest.
import { computed } from "@preact/signals";
import { ownPreferences } from "./own-preferences.js";

/** @type {string[]} */
export const LEVELS = ["public", "unlisted", "followers", "mentioned"];

export const narrower = (left, right) => LEVELS[Math.max(LEVELS.indexOf(left), LEVELS.indexOf(right))];

/** What the viewer has chosen for tweets that say nothing else; null until it is known. */
export const defaultVisibility = computed(() => ownPreferences.value?.default_visibility ?? null);
