// Russian for private notes on people.
export default {
  "notes.add": "Добавить личную заметку",
  "notes.edit": "Изменить личную заметку",
  "notes.label": "Личная заметка, видна только вам",
  "notes.too_long": {
    one: "В заметке может быть до {count} символа.",
    few: "В заметке может быть до {count} символов.",
    many: "В заметке может быть до {count} символов.",
    other: "В заметке может быть до {count} символа.",
  },
};
