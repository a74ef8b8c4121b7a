// Pictures that the server is still working on when their tweet is shown.
import { refreshTweet, tweetById } from "./tweets.js";

const watched = new Set();

// Asks again, ever more rarely, until they are there or the tweet has gone.
export async function awaitMedia(tweet) {
  if (watched.has(tweet.id)) return;
  watched.add(tweet.id);
  try {
    for (let wait = 1500; wait < 120_000; wait *= 1.7) {
      await new Promise((resolve) => setTimeout(resolve, wait));
      if (tweet.fate.value !== "here" || tweetById(tweet.id) !== tweet) return;
      if (!document.hidden) await refreshTweet(tweet.id).catch(() => {});
      if (tweet.media.value.every((one) => one.state === "ready")) return;
    }
  } finally {
    watched.delete(tweet.id);
  }
}
