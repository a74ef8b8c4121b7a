// English for the languages of tweets.
export default {
  "languages.language": "Language",
  "languages.automatic": "Language: automatic",
  "languages.by_words": "Automatic",
  "languages.about": "Screen readers and browsers use it to pronounce and display the tweet.",
  "languages.saved": "Saved",
};
