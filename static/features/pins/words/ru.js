// Russian for pinned tweets.
export default {
  "pins.title": "Закреплено",
  "pins.pin": "Закрепить в профиле",
  "pins.unpin": "Открепить от профиля",
  "pins.pinned": "Твит закреплён в профиле.",
  "pins.unpinned": "Твит откреплён.",
};
