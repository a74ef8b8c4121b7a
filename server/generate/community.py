"""A small made-up community around a library and its garden: its people and what they write."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple


class Post(NamedTuple):
    """A tweet: its author, its text, the scenes that it shows, each with a description, and what follows.

    Attributes:
        replies: replies to it, in order, each with its own.
        reposted_by: handles of people who repost it.
    """

    handle: str
    text: str
    scenes: tuple[tuple[str, str], ...] = ()
    replies: tuple[Post, ...] = ()
    reposted_by: tuple[str, ...] = ()


PEOPLE = {
    "marta": "Marta",
    "oleg": "Олег",
    "june": "June",
    "tomasz": "Tomasz",
    "sofia": "София",
    "ravi": "Ravi",
    "ines": "Inês",
    "katya": "Катя Л.",
    "noah": "Noah",
    "yuki": "ゆき",
    "library": "The Library",
    "garden": "Reading Garden",
}

# People whom nearly everyone follows.
KNOWN = ("library", "garden", "marta")

# The tweets, oldest first; what follows a tweet comes before the next one.
POSTS = (
    Post(
        "library",
        "Hello! Here we share what is new on the shelves, when we are open, and what you lent each other.",
        replies=(
            Post("library", "Two tags to follow: #NewBooks for the shelves, #ReadingAloud for the evenings."),
        ),
    ),
    Post(
        "garden",
        "The reading garden has a bench again. Thank you, @tomasz, for the two afternoons with the sander.",
        (("morning", "A bench under trees in the morning"),),
        replies=(
            Post(
                "tomasz",
                "@garden It was three afternoons, and I would do it again.",
                replies=(Post("garden", "@tomasz Careful. There is a second bench."),),
            ),
        ),
        reposted_by=("library", "marta"),
    ),
    Post("marta", "New here. I run on Tuesdays and read on all other days."),
    Post("oleg", "Всем привет! Принёс в библиотеку коробку старой фантастики, берите. #НовыеКниги"),
    Post(
        "june",
        "Is anybody else's #sourdough slower since the weather turned? Mine has been sulking since Sunday.",
        replies=(
            Post("ravi", "@june Put it on top of the router. Works for me, and it reads the logs."),
            Post(
                "ines",
                "@june Mine too. I told it about the honey from 1974, and it only sighed.",
                replies=(Post("june", "@ines @ravi It is on the router now, listening to a story."),),
            ),
        ),
    ),
    Post(
        "library",
        "Thursday at six: an hour of #ReadingAloud. Bring two pages that you love, in any language.",
        replies=(
            Post("yuki", "@library 日本語でもいいですか？", replies=(Post("library", "@yuki もちろん！"),)),
        ),
        reposted_by=("ravi", "ines", "katya"),
    ),
    Post(
        "sofia",
        "Первый #снег на перевале. До библиотеки дошла за сорок минут вместо двадцати.",
        (("snow", "Снег на склонах гор"),),
        replies=(Post("oleg", "@sofia А обратно — на лыжах?"),),
    ),
    Post("ines", "Found a postcard from 1974 in a book about bees. It says only: “the honey was worth it”."),
    Post(
        "noah",
        "Day 12 of learning to draw. The cat does not hold still, so today it is hills. #100days",
        (("hills", "Green hills, one behind the other"),),
    ),
    Post("yuki", "今日の図書館、静かで最高でした。窓の外は雨。"),
    Post("garden", "Tomatoes: done. Kale: unstoppable. Take some, please."),
    Post(
        "marta",
        "Six kilometres along the river before breakfast. The heron was there first, as always.",
        (("river", "A river in the evening light"), ("dusk", "The same river a little later")),
    ),
    Post(
        "katya",
        "Кто-нибудь умеет чинить скрипящие стулья? В читальном зале их шесть.",
        replies=(
            Post(
                "tomasz",
                "@katya I do. Six chairs are two coffees.",
                replies=(Post("katya", "@tomasz Договорились! Кофе уже варится."),),
            ),
        ),
    ),
    Post("library", "The printer works again. What it was: a bookmark."),
    Post(
        "june",
        "It rose! Photographs would show a loaf; you get the sky over the bakery instead. #sourdough",
        (("dusk", "An orange sky over dark roofs"),),
    ),
    Post(
        "ravi",
        "Backups of the club's membership list restored on a Sunday, just to see that they do. They do.",
    ),
    Post("oleg", "Дочитал. Вернул. Взял следующую. Так и живём."),
    Post("noah", "Day 15: the cat held still for eleven seconds. #100days"),
    Post(
        "ines", "If you like maps: the third shelf on the left has an atlas with roads that were never built."
    ),
    Post("sofia", "Нашла на чердаке бабушкины лыжи. Крепления старше меня. #снег"),
    Post("yuki", "明日は晴れるかな。"),
    Post("garden", "We planted forty crocuses under the pear tree and told nobody where. See you in March."),
    Post(
        "marta",
        "#ReadingAloud was lovely. Nine people, five languages, one very sad poem about a tram.",
        replies=(
            Post(
                "library",
                "@marta Thank you all! The next one is in two weeks. The tram poem is now on the door.",
            ),
        ),
        reposted_by=("library", "yuki", "sofia"),
    ),
    Post("katya", "Стулья больше не скрипят. Тишина непривычная."),
    Post(
        "tomasz",
        "The four corners of the club, today:",
        (
            ("morning", "Trees in the morning"),
            ("hills", "Hills"),
            ("river", "The river"),
            ("snow", "Mountains with snow"),
        ),
    ),
    Post(
        "june",
        "Bread on the windowsill of the reading room. First come, first served. #sourdough",
        replies=(Post("noah", "@june I came first. I drew it, then I served myself."),),
        reposted_by=("garden",),
    ),
    Post("ravi", "It is quiet here today. I like that about this place."),
)


def in_order(
    posts: tuple[Post, ...] = POSTS, parent: Post | None = None
) -> Iterator[tuple[Post, Post | None]]:
    """All tweets in the order of time, each with the one that it replies to."""
    for post in posts:
        yield post, parent
        yield from in_order(post.replies, post)
