// Deleting a tweet: hidden now, gone in seven seconds, and until then it can be undone.
import * as api from "../../core/api/publishing.js";
import { UNDO_TIME } from "../../core/lib/undo.js";
import { whenViewerLeaves } from "../../core/store/leaving.js";
import { quotedIsDeleted } from "../../core/store/quotes.js";
import { removeTweet } from "../../core/store/tweets.js";

// Tweets that are about to be deleted, each with its timer.
const deletions = new Map();

async function sendDeletion(tweet, options) {
  deletions.delete(tweet);
  try {
    await api.deleteTweet(tweet.id, options);
    quotedIsDeleted(tweet.id);
    removeTweet(tweet);
  } catch (error) {
    if (error.type === "tweet_not_found") {
      removeTweet(tweet);
      return;
    }
    tweet.fate.value = "here";
    tweet.trouble.value = { error, retry: () => deleteTweet(tweet) };
  }
}

export function deleteTweet(tweet) {
  tweet.trouble.value = null;
  tweet.fate.value = "leaving";
  deletions.set(tweet, setTimeout(() => sendDeletion(tweet), UNDO_TIME));
}

export function undoDeletion(tweet) {
  clearTimeout(deletions.get(tweet));
  deletions.delete(tweet);
  tweet.fate.value = "here";
}

export function deleteNow(tweet) {
  if (!deletions.has(tweet)) return;
  clearTimeout(deletions.get(tweet));
  sendDeletion(tweet);
}

// The page is being left, so nobody can undo any more and the requests must outlive it.
function flushDeletions() {
  for (const [tweet, timer] of deletions) {
    clearTimeout(timer);
    sendDeletion(tweet, { keepalive: true });
  }
}

addEventListener("pagehide", flushDeletions);
whenViewerLeaves(flushDeletions);
