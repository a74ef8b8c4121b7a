// Pinning one's own tweets, live across the viewer's tabs and devices.
import { setPin } from "../../core/api/marks.js";
import { whenTold } from "../../core/live/listeners.js";
import { notify } from "../../core/store/notices.js";
import { loadPins, pinsOf } from "../../core/store/pins.js";
import { viewer } from "../../core/store/session.js";
import { tweetById } from "../../core/store/tweets.js";
import { t } from "../../core/words/words.js";
import "./words.js";

/** @import { Tweet } from "../../core/store/tweets.js" */

// On the viewer's profile, if that was opened.
async function listAgain() {
  const own = viewer.value?.id;
  if (own !== undefined && pinsOf(own).value) await loadPins(own).catch(() => {});
}

/**
 * @param {Tweet} tweet
 * @param {boolean} pinned
 */
export async function pinTweet(tweet, pinned) {
  await setPin(tweet.id, pinned);
  tweet.pinned.value = pinned;
  notify(t(pinned ? "pins.pinned" : "pins.unpinned"));
  await listAgain();
}

whenTold("pinned", async ({ tweet_id: id, pinned }) => {
  const tweet = tweetById(id);
  if (tweet?.pinned.value === pinned) return;
  if (tweet) tweet.pinned.value = pinned;
  await listAgain();
});
