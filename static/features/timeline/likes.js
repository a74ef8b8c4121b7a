// Liking a tweet.
import { setLike } from "../../core/api/marks.js";
import { setCounted } from "../../core/store/counted-mark.js";

/** @import { Tweet } from "../../core/store/tweets.js" */

/**
 * @param {Tweet} tweet
 * @param {boolean} liked
 */
export const likeTweet = (tweet, liked) =>
  setCounted(tweet, liked, { state: tweet, mark: "liked", count: "likes_count", send: setLike });
