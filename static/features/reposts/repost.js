// Reposting a tweet.
import { setRepost } from "../../core/api/marks.js";
import { setCounted } from "../../core/store/counted-mark.js";

/** @import { Tweet } from "../../core/store/tweets.js" */

/**
 * @param {Tweet} tweet
 * @param {boolean} reposted
 */
export const repostTweet = (tweet, reposted) =>
  setCounted(tweet, reposted, { state: tweet.repost, mark: "reposted", count: "reposts_count", send: setRepost });
