// Russian for the time without a server.
export default {
  "connection.offline": "Нет сети. Данные на {time}.",
  "connection.unreachable": "Сервер недоступен. Данные на {time}.",
};
