// Russian for tweets and pictures.
export default {
  "tweet.title": "Твит",
  "tweet.page_title": "{name}: твит",
  "tweet.gone": "Твит не найден",
  "tweet.replies_following": "Отвечать могут подписки автора и упомянутые в твите.",
  "tweet.replies_mentioned": "Отвечать могут только упомянутые в твите.",
  "tweet.replies_stopped": "Отвечать здесь больше нельзя. Ваш текст останется в этом браузере.",
  "tweet.replies_nobody": "Отвечать может только автор.",
  "tweet.reposted_by": {
    one: "{count} репост",
    few: "{count} репоста",
    many: "{count} репостов",
    other: "{count} репоста",
  },
  "tweet.liked_by": {
    one: "Нравится {count} человеку",
    few: "Нравится {count} людям",
    many: "Нравится {count} людям",
    other: "Нравится {count} человека",
  },

  "thread.replies": "Ответы",
  "thread.no_replies": "Ответов пока нет",
  "thread.deleted": "Твит недоступен",
  "thread.hidden": "Свёрнутый ответ.",
  "thread.show": "Показать",
  "thread.earlier": "Более ранние твиты",
  "thread.more": "Ещё ответы",

  "delete.done": "Твит удалён",
  "delete.redraft": "Исправить и отправить заново",

  "media.viewer": "Картинки",
  "media.tweet": "Твит с картинкой",
  "media.tweet_alt": "Твит с картинкой: {alt}",
  "media.place": "{at} из {of}",
  "media.previous": "Предыдущая картинка",
  "media.next": "Следующая картинка",
  "media.no_alt": "Картинка без описания",
  "media.failed": "Не удалось загрузить картинку.",
  "media.copy_alt": "Копировать описание",

  "feed.newer": "Более новые твиты",
  "feed.new": {
    one: "{count} новый твит",
    few: "{count} новых твита",
    many: "{count} новых твитов",
    other: "{count} нового твита",
  },
  "feed.new_many": {
    one: "Больше {count} нового твита",
    few: "Больше {count} новых твитов",
    many: "Больше {count} новых твитов",
    other: "Больше {count} новых твитов",
  },
};
