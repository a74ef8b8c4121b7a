"""What generated people are called and write: birds, and words about the weather, in several scripts."""

from __future__ import annotations

import random
from typing import TypeAlias

Words: TypeAlias = tuple[str, ...]

ENGLISH = """
    a again all and another at autumn before below birds bright by calm clouds cold coming down
    early evening far field first fog for from garden green grey half hill home in it just lake last
    late leaves light little long made morning mountain near never new nice night north not of on
    one open outside over path quiet rain really river road sea silver slowly small snow some song
    south still storm summer sun the then there these this through time to today tomorrow towards
    tree under until up very warm water we were white wind window winter with yellow yesterday
"""
RUSSIAN = """
    а больше было в весна ветер вечер вода вот впереди всё где гора да далеко день дерево дождь дома
    дорога ещё за зима и из как лес лето листья луна море мы на над небо не ночь облака огонь окно
    опять осень очень по под поле потом птицы река рядом с сад свет сегодня скоро снег солнце тепло
    тихо только туман у уже утро холодно чуть шторм это
"""
JAPANESE: Words = ("今日は", "雨が", "静かな", "夜、", "鳥が", "海の", "朝に", "雪と", "風の", "光。")
HASHTAGS: Words = (
    "birds", "weather", "птицы", "garden", "snow", "Sunday", "снег", "NewMoon", "tide", "鳥",
    "осень", "lake", "wind", "sunrise", "море", "first_frost", "owls", "туман", "harbour", "山",
    "spring", "path", "дождь", "meadow", "migration", "весна", "winter2025", "storms", "rowing", "лес",
)  # fmt: skip
EMOJI: Words = ("🌧", "☀️", "🐦", "🌊", "🍂", "❄️", "👩‍🌾", "🌲", "🙂", "🏔")
ENDS: Words = (".", ".", "!", "?", " …", "")

# How often which words stand in a tweet: in 20 of them.
SPOKEN: tuple[Words, ...] = (*(tuple(ENGLISH.split()),) * 13, *(tuple(RUSSIAN.split()),) * 6, JAPANESE)

ADJECTIVES = ("Quiet", "Grey", "Early", "Northern", "Тихий", "Синий", "Ранний", "Café", "白い", "Small")
BIRDS = ("Heron", "Wren", "Crane", "Plover", "Дрозд", "Чиж", "Стриж", "Σπίνος", "かもめ", "Finch")
HANDLES = ("heron", "wren", "crane", "plover", "drozd", "chizh", "strizh", "spinos", "kamome", "finch")


def content(chance: random.Random) -> str:
    """A tweet: a few words or some sentences, with an emoji now and then, and seldom on two lines."""
    draw = chance.random
    words = SPOKEN[int(draw() * 20)]
    length = 3 + int(24 * draw() * draw())
    text = ("" if words is JAPANESE else " ").join(chance.choices(words, k=length))
    text = text[0].upper() + text[1:] + ENDS[int(draw() * 6)]
    style = draw()
    if style < 0.15:
        return f"{text} {EMOJI[int(draw() * 10)]}"
    if style < 0.18:
        return f"{text}\nhttps://example.org/{int(draw() * 100_000)}"
    return text


def name(user_id: int) -> str:
    """What is shown of a user; several have the same."""
    return f"{ADJECTIVES[user_id * 7 // 10 % 10]} {BIRDS[user_id % 10]}"


def handle(user_id: int) -> str:
    """A user's handle, which nobody else has."""
    return f"{HANDLES[user_id % 10]}_{user_id}"
