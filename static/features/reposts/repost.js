// Reposting, ahead of the server's answer.
import { setRepost } from "../../core/api/marks.js";
import { ahead } from "../../core/store/ahead.js";
import { showState } from "../../core/store/tweets.js";

/** @import { Tweet } from "../../core/store/tweets.js" */

/**
 * @param {Tweet} tweet
 * @param {boolean} reposted
 */
export function repostTweet(tweet, reposted) {
  tweet.trouble.value = null;
  return ahead(tweet.repost, reposted, {
    show: () => showState(tweet),
    async send(wanted) {
      const { version } = tweet.server;
      await setRepost(tweet.id, wanted);
      // Unless something newer was told meanwhile, which counts this repost or is about to.
      const { server } = tweet;
      if (server.version === version) server.reposts_count += Number(wanted) - Number(server.reposted);
      server.reposted = wanted;
    },
    failed(error, missed) {
      tweet.trouble.value = { error, retry: () => repostTweet(tweet, missed) };
    },
  });
}
