// English for the page of bookmarks. The button of a tweet is in core/words/common.
export default {
  "bookmarks.empty": "No bookmarks yet",
  "bookmarks.empty_hint": "Bookmark a tweet to find it here later. Only you can see your bookmarks.",
};
