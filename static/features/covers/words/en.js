// English for content warnings and covered pictures.
export default {
  "covers.warning": "Content warning:",
  "covers.add": "Add a content warning",
  "covers.remove": "Remove the content warning",
  "covers.label": "Content warning",
  "covers.hint": "What should people know first? For example, spoilers",
  "covers.show": "Show",
  "covers.hide": "Hide",
  "covers.sensitive": { one: "Sensitive picture", other: "Sensitive pictures" },
  "covers.show_pictures": { one: "Show picture", other: "Show pictures" },
  "covers.hide_pictures": { one: "Hide picture", other: "Hide pictures" },
  "covers.mark": { one: "Mark the picture as sensitive", other: "Mark the pictures as sensitive" },
  "covers.title": "Sensitive content",
  "covers.saved": "Saved",
  "covers.default": "Mark my pictures as sensitive by default",
  "covers.default_hint": "This is how your new tweets start. You can choose differently for each one.",
};
