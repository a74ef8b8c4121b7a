// The viewer's preferences on the server: defaults for new tweets, and whether followers need consent.
import { signal } from "@preact/signals";
import { changePreferences, fetchPreferences } from "../api/preferences.js";
import { whenViewerLeaves } from "./leaving.js";
import { viewer } from "./session.js";
import { load, save } from "./storage.js";

/** @import { PreferencesJson } from "../api/shapes.js" */

const KEPT = "own-preferences";

/** Null until it is known. */
export const ownPreferences = signal(/** @type {PreferencesJson | null} */ (null));

// Counts changes: what was asked before one is older.
let changes = 0;

// An answer that comes after the next viewer has signed in is not theirs.
async function take(asking) {
  const whose = viewer.value?.id;
  const asOf = changes;
  const { default_visibility, default_sensitive, locked, time_zone = null } = await asking;
  if (whose === undefined || viewer.value?.id !== whose || asOf !== changes) return;
  ownPreferences.value = { default_visibility, default_sensitive, locked, time_zone };
  save(KEPT, { ...ownPreferences.value, whose });
}

// What was known at the last visit is shown until the server has told.
export function loadPreferences() {
  const { whose, ...kept } = load(KEPT) ?? {};
  if (whose !== undefined && whose === viewer.value?.id) ownPreferences.value ??= kept;
  return take(fetchPreferences());
}

/** @param {Partial<PreferencesJson>} chosen */
export function choose(chosen) {
  changes += 1;
  return take(changePreferences(chosen));
}

whenViewerLeaves(() => (ownPreferences.value = null));
