// English for previews.
export default {
  "previews.page": "Linked page",
};
