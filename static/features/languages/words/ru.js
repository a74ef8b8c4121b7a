// Русский для языков твитов.
export default {
  "languages.language": "Язык",
  "languages.automatic": "Язык: автоматически",
  "languages.by_words": "Определять автоматически",
  "languages.about": "По нему программы чтения с экрана и браузеры выбирают произношение и начертание букв.",
  "languages.saved": "Сохранено",
};
