// Tweets in events.
import { keepTweet, tweetById } from "../store/tweets.js";

/**
 * Takes in a tweet from an event, which doesn't know what the viewer has done with it.
 * @param {import("../api/shapes.js").TweetJson} json
 */
export function keepTold(json) {
  const { server, bookmark, pinned } = tweetById(json.id) ?? {};
  const { liked = false, reposted = false } = server ?? {};
  const known = { bookmarked: bookmark?.told ?? false, pinned: pinned?.value ?? false };
  return keepTweet({ ...json, liked, reposted, ...known });
}
