// Liking, ahead of the server's answer.
import { setLike } from "../../core/api/marks.js";
import { ahead } from "../../core/store/ahead.js";
import { showState } from "../../core/store/tweets.js";

/** @import { Tweet } from "../../core/store/tweets.js" */

/**
 * @param {Tweet} tweet
 * @param {boolean} liked
 */
export function likeTweet(tweet, liked) {
  tweet.trouble.value = null;
  return ahead(tweet, liked, {
    show: () => showState(tweet),
    async send(wanted) {
      const { version } = tweet.server;
      await setLike(tweet.id, wanted);
      // Unless something newer was told meanwhile, which counts this like or is about to.
      const { server } = tweet;
      if (server.version === version) server.likes_count += Number(wanted) - Number(server.liked);
      server.liked = wanted;
    },
    failed(error, missed) {
      tweet.trouble.value = { error, retry: () => likeTweet(tweet, missed) };
    },
  });
}
