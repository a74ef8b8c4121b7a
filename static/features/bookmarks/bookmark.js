// Bookmarking, ahead of the server's answer, and live across the viewer's tabs and devices.
import { setBookmark } from "../../core/api/marks.js";
import { whenTold } from "../../core/live/listeners.js";
import { ahead, onceOnline } from "../../core/store/ahead.js";
import { openedFeed } from "../../core/store/feeds.js";
import { refreshTweet, tweetById } from "../../core/store/tweets.js";

/** @import { Tweet } from "../../core/store/tweets.js" */

const show = ({ bookmark }) => (bookmark.shown.value = bookmark.wanted ?? bookmark.told);

/**
 * @param {Tweet} tweet
 * @param {boolean} bookmarked
 */
export function bookmarkTweet(tweet, bookmarked) {
  tweet.trouble.value = null;
  return ahead(tweet.bookmark, bookmarked, {
    show: () => show(tweet),
    async send(wanted) {
      await setBookmark(tweet.id, wanted);
      tweet.bookmark.told = wanted;
    },
    failed(error, missed) {
      const retry = () => bookmarkTweet(tweet, missed);
      tweet.trouble.value = { error, retry };
      onceOnline(error, () => tweet.trouble.value?.retry === retry && retry());
    },
  });
}

whenTold("bookmarked", async ({ tweet_id: id, bookmarked }) => {
  const tweet = tweetById(id);
  // A row whose bookmark is removed here stays until the list is left, so that a slip can be undone.
  const ownAct = tweet?.bookmark.shown.value === bookmarked;
  if (tweet) {
    tweet.bookmark.told = bookmarked;
    show(tweet);
  }
  const bookmarks = openedFeed("bookmarks");
  if (!bookmarks?.shown) bookmarks?.reset();
  else if (!bookmarked && !ownAct) bookmarks.remove(id);
  else if (bookmarked && (tweet ?? (await refreshTweet(id).catch(() => null)))) bookmarks.insert([id]);
});
