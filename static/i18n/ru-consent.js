// Russian for suspensions of administrators.
export default {
  "consent.ask": "Предложить закрыть доступ",
  "consent.ask_name": "Предложить закрыть доступ: {name}",
  "consent.ask_sure": "Доступ закроется, когда это подтвердит другой администратор, или через 72 часа. Ссылки, созданные этим человеком, перестанут работать сейчас.",
  "consent.title": "Закрытие доступа: @{handle}",
  "consent.about": "предложил @{by}; без подтверждения закроется {time}",
  "consent.of": "{what}: {name}",
  "consent.confirm": "Подтвердить",
  "consent.confirm_sure": "Доступ для @{handle} закроется сразу. Вернуть его можно только в терминале сервера.",
  "consent.withdraw": "Отменить предложение",
  "consent.withdraw_sure": "@{handle} остаётся администратором.",
  "error.no_consent": "Это может сделать другой администратор, который стал им не меньше трёх дней назад.",
  "error.suspension_asked": "Это уже предложено, или ждёт другое ваше предложение.",
  "error.suspension_not_found": "Это предложение уже не ждёт решения.",
};
