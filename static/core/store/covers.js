// What of a tweet is shown, and what is covered until the reader asks for it.
import { openWarnings, showSensitive } from "./preferences.js";

/** @import { Tweet } from "./tweets.js" */

// A click on this tweet counts more than the choice in Settings.

/** @param {Tweet} tweet */
export const isTextShown = (tweet) => tweet.warning === null || (tweet.uncovered.value ?? openWarnings.value);

/** @param {Tweet} tweet */
export const arePicturesShown = (tweet) => !tweet.sensitive || (tweet.uncovered.value ?? showSensitive.value);

/** @param {Tweet} tweet */
export const uncover = (tweet) => (tweet.uncovered.value = true);

/** @param {Tweet} tweet */
export const cover = (tweet) => (tweet.uncovered.value = false);
