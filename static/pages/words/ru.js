// Russian for what the pages themselves say.
export default {
  "page.not_found": "Не найдено",
  "page.nothing_here": "Страница не найдена",
  "page.not_found_hint": "Возможно, здесь было что-то удалено, или в ссылке ошибка.",
  "page.go_home": "На главную",

  "hashtag.empty": "Твитов с {hashtag} пока нет",

  "home.signed_out": "«{name}» — только для участников",
  "home.signed_out_hint": "Войдите, чтобы читать и писать.",
  "home.enter_key": "Ввести ключ",
  "home.empty_all": "Твитов пока нет",
  "home.empty_all_hint": "Напишите первый твит.",
  "home.empty_following": "Ваша лента пуста",
  "home.empty_following_hint": "Подпишитесь на людей в их профилях, и здесь появятся их твиты вместе с вашими.",
};
