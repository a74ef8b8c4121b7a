// A mark of the viewer's on a tweet that everybody sees counted: a like or a repost.
import { ahead, onceOnline } from "./ahead.js";
import { showState } from "./tweets.js";

/** @import { Tweet } from "./tweets.js" */

/**
 * Sets or removes it ahead of the server's answer.
 * @param {Tweet} tweet
 * @param {boolean} marked
 * @param {object} kind
 * @param {{wanted: boolean | null}} kind.state what the last click asked for, until the server has answered
 * @param {"liked" | "reposted"} kind.mark
 * @param {"likes_count" | "reposts_count"} kind.count
 * @param {(id: number, marked: boolean) => Promise<unknown>} kind.send
 */
export function setCounted(tweet, marked, kind) {
  const { state, mark, count, send } = kind;
  tweet.trouble.value = null;
  return ahead(state, marked, {
    show: () => showState(tweet),
    async send(wanted) {
      const { version } = tweet.server;
      await send(tweet.id, wanted);
      // Unless something newer was told meanwhile, which counts this mark or is about to.
      const { server } = tweet;
      if (server.version === version) server[count] += Number(wanted) - Number(server[mark]);
      server[mark] = wanted;
    },
    failed(error, missed) {
      const retry = () => setCounted(tweet, missed, kind);
      tweet.trouble.value = { error, retry };
      onceOnline(error, () => tweet.trouble.value?.retry === retry && retry());
    },
  });
}
