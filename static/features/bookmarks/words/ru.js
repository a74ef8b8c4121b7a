// Russian for the page of bookmarks. The button of a tweet is in core/words/common.
export default {
  "bookmarks.empty": "Закладок пока нет",
  "bookmarks.empty_hint": "Добавьте твит в закладки, чтобы найти его здесь. Закладки видны только вам.",
};
