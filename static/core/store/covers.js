// What a reader sees of a tweet, and what stays covered until they ask for it.
import { openWarnings, showSensitive } from "./preferences.js";

/** @import { Tweet } from "./tweets.js" */

// A click on the tweet overrides the choice in Settings.

/** @param {Tweet} tweet */
export const isTextShown = (tweet) => tweet.warning === null || (tweet.uncovered.value ?? openWarnings.value);

/** @param {Tweet} tweet */
export const arePicturesShown = (tweet) => !tweet.sensitive || (tweet.uncovered.value ?? showSensitive.value);

/** @param {Tweet} tweet */
export const uncover = (tweet) => (tweet.uncovered.value = true);

/** @param {Tweet} tweet */
export const cover = (tweet) => (tweet.uncovered.value = false);
