// What the viewer has chosen, over the wire.
import { call } from "./http.js";

/** @returns {Promise<import("./shapes.js").PreferencesJson>} */
export const fetchPreferences = () => call("GET", "/preferences");

export const changePreferences = (changes) => call("PATCH", "/preferences", { body: changes });
