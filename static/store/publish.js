// Publishing a tweet: its pictures first, then its text, then its place in the timelines.
import { ApiError } from "../api/http.js";
import { publishTweet } from "../api/tweets.js";
import { insertOwnTweet } from "./feeds.js";
import { key } from "./session.js";
import { keepTweet } from "./tweets.js";

// Waits for uploads and descriptions, so that "Tweet" may be pressed while they run.
async function readyMedia(attachments) {
  const ids = [];
  for (const attachment of attachments) {
    await attachment.finished;
    await attachment.describe();
    if (attachment.state.value !== "ready") throw new ApiError("picture_failed");
    ids.push(attachment.media.value.id);
  }
  return ids;
}

// Resolves to the tweet, or rejects with what the server said.
export async function publish(text, attachments) {
  if (!key.value) throw new ApiError("missing_key");
  const answer = await publishTweet(text, await readyMedia(attachments));
  const tweet = keepTweet(answer.tweet);
  insertOwnTweet(tweet);
  return tweet;
}
