// Русский для карточек страниц.
export default {
  "previews.page": "Страница по ссылке",
};
