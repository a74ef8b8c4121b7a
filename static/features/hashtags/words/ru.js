// Russian for hashtags.
export default {
  "hashtag.follow": "Подписаться",
  "hashtag.following": "Подписка",
  "hashtag.following_name": "Подписка: {hashtag}",
  "hashtag.follow_name": "Подписаться: {hashtag}",
  "hashtag.followed": "Подписки на хештеги",
  "hashtag.followed_about": "Твиты с ними появляются в «Подписках». Этот список видите только вы.",
  "hashtag.none_followed": "Подписок на хештеги нет. Подписаться можно на странице хештега.",
};
