// Русский. Ключи те же, что в английском; формы числа по Intl.PluralRules.
export default {
  "action.back": "Назад",
  "action.close": "Закрыть",
  "action.dismiss": "Скрыть",
  "action.retry": "Повторить",

  "nav.home": "Главная",
  "nav.main": "Основное",
  "nav.profile": "Профиль",
  "nav.settings": "Настройки",
  "nav.skip": "Перейти к содержанию",

  "aside.label": "Учётная запись",

  "key.label": "Ключ API",
  "key.show": "Показать ключ",
  "key.sign_in": "Войти",
  "key.sign_out": "Выйти",
  "key.none": "Введите ключ, чтобы читать и писать.",
  "key.checking": "Проверяем ключ…",
  "key.valid": "Ключ действует",
  "key.invalid": "Такого ключа здесь нет.",

  "home.all": "Все",
  "home.following": "Подписки",
  "home.tabs": "Ленты",

  "feed.loading": "Загружаем…",
  "feed.more": "Показать ещё",
  "feed.end": "Это всё",

  "compose.open": "Написать твит",
  "compose.placeholder": "Что происходит?",
  "compose.send": "Твитнуть",

  "tweet.show_more": "Показать полностью",
  "tweet.show_less": "Свернуть",
  "tweet.like": {
    one: "Нравится, уже {count}",
    few: "Нравится, уже {count}",
    many: "Нравится, уже {count}",
    other: "Нравится, уже {count}",
  },
  "tweet.like_hint": "Нравится",
  "tweet.unlike_hint": "Больше не нравится",
  "tweet.copy_link": "Копировать ссылку",
  "tweet.delete": "Удалить твит",

  "media.open": "Открыть картинку {count}",
  "media.open_alt": "Открыть картинку: {alt}",
  "media.pending": "Картинка готовится",

  "page.failed": "Страница не загрузилась",
  "page.reload": "Обновить",
  "page.new_version": "Вышла новая версия Perch.",

  "error.offline": "Нет сети.",
  "error.unreachable": "Сервер недоступен.",
  "error.timeout": "Сервер не ответил вовремя.",
  "error.missing_key": "Сначала войдите со своим ключом API.",
  "error.invalid_key": "Ваш ключ больше не принимают. Войдите снова.",
  "error.not_found": "Этого здесь нет.",
  "error.rate_limited": {
    one: "Слишком часто. Повторите через {count} секунду.",
    few: "Слишком часто. Повторите через {count} секунды.",
    many: "Слишком часто. Повторите через {count} секунд.",
    other: "Слишком часто. Повторите через {count} секунды.",
  },
  "error.rate_limited_soon": "Слишком часто. Повторите чуть позже.",
  "error.internal_error": "Ошибка на сервере.",
  "error.unavailable": "Сервер занят. Повторите чуть позже.",
};
