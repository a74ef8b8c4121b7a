// Liking, ahead of the server's answer.
import * as api from "../api/tweets.js";
import { showLikes } from "./tweets.js";

// Shown at once, taken back where the server refuses. Clicks while a request is under way are
// remembered and only the last one is sent.
export async function likeTweet(tweet, liked) {
  tweet.trouble.value = null;
  const busy = tweet.wanted !== null;
  tweet.wanted = liked;
  showLikes(tweet);
  if (busy) return;
  try {
    let sent = null;
    while (sent !== tweet.wanted) {
      sent = tweet.wanted;
      const { version } = tweet.server;
      await api.setLike(tweet.id, sent);
      // Unless something newer was told meanwhile, which counts this like or is about to.
      const { liked: before, count } = tweet.server;
      if (tweet.server.version === version) tweet.server.count = count + Number(sent) - Number(before);
      tweet.server.liked = sent;
    }
  } catch (error) {
    const missed = tweet.wanted;
    tweet.trouble.value = { error, retry: () => likeTweet(tweet, missed) };
  } finally {
    tweet.wanted = null;
    showLikes(tweet);
  }
}
