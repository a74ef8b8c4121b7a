// Lists of tweets besides the home timelines.
import { fetchBookmarks, fetchHashtag, fetchUserTweets } from "../api/lists.js";
import { fetchListTweets } from "../api/people-lists.js";
import { fetchQuotes } from "../api/quotes.js";
import { fetchTimeline } from "../api/tweets.js";
import { hashtagKey } from "../words/entities.js";
import { open } from "./feeds.js";

// `list` is tweets, replies, media or likes.
export const feedOfUser = (id, list = "tweets") =>
  open(`user-${id}-${list}`, (before, limit) => fetchUserTweets(id, list, before, limit), {
    whole: list === "tweets" || list === "replies",
    byTime: list !== "likes",
    reposts: list === "tweets" || list === "replies",
  });

export const feedOfHashtag = (name) =>
  open(`hashtag-${hashtagKey(name)}`, (before, limit) => fetchHashtag(name, before, limit), { whole: false });

// The tweets that quote a tweet.
export const quotesOf = (id) =>
  open(`quotes-${id}`, (before, limit) => fetchQuotes(id, before, limit), { whole: false });

// What the people on one of the viewer's lists tweet and repost.
export const feedOfList = (id) =>
  open(`list-${id}`, (before, limit) => fetchListTweets(id, before, limit), { whole: false, reposts: true });

// The viewer's bookmarks, in the order in which they were made.
export const bookmarks = () => open("bookmarks", fetchBookmarks, { whole: false, byTime: false });

// What only mentioned people may see: the viewer's own tweets, and those to the viewer.
export const privateTweets = () =>
  open("private", (before, limit) => fetchTimeline("private", before, limit), { whole: false });
