// English for private notes on people.
export default {
  "notes.add": "Add a private note",
  "notes.edit": "Edit private note",
  "notes.label": "Private note; only you see it",
  "notes.too_long": { one: "A note can have up to {count} character.", other: "A note can have up to {count} characters." },
};
