"""A model of who sees what: people by index, and tweets and reposts by id."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

# Its id, the tweet, and who reposted it.
Entry = tuple[int, int, list[int]]


@dataclass
class Said:
    """A tweet: its author, whom it addresses, and what it replies to."""

    author: int
    mentioned: frozenset[int]
    parent: int | None = None
    root: int | None = None
    likers: set[int] = field(default_factory=set)
    level: int = 0
    is_tagged: bool = False  # with a hashtag that people follow
    addressed: frozenset[int] = frozenset()  # whom it mentions or ever did, and whom it replies to
    votes: dict[int, int] | None = None  # who voted for which option; None without a poll
    texts: list[str] = field(default_factory=list)  # what it said, the newest last
    quotes: int | None = None  # which tweet
    is_withdrawn: bool = False  # by the author of that one
    who_may_quote: int = 0  # everyone, followers, nobody
    page: str | None = None  # the title of the page that it shows a preview of


@dataclass
class PeopleList:
    """A list of people, which its owner alone reads."""

    number: int
    members: set[int] = field(default_factory=set)
    replies: str = "members"
    exclusive: bool = False


@dataclass
class World:
    """Who follows, blocks and mutes whom, by index; and the tweets by id."""

    follows: set[tuple[int, int]] = field(default_factory=set)
    blocks: set[tuple[int, int]] = field(default_factory=set)
    mutes: set[tuple[int, int]] = field(default_factory=set)
    hashtag_followers: set[int] = field(default_factory=set)
    said: dict[int, Said] = field(default_factory=dict)
    authors: dict[int, int] = field(default_factory=dict)  # of deleted tweets too
    parents: dict[int, int | None] = field(default_factory=dict)  # of these, too
    reposts: dict[int, tuple[int, int]] = field(default_factory=dict)  # who reposted which tweet, by id
    bookmarks: set[tuple[int, int]] = field(default_factory=set)  # who bookmarked which tweet
    pins: list[int] = field(default_factory=list)  # tweets, the newest pin last
    drafts: dict[int, int] = field(default_factory=dict)  # whose, by id
    lists: dict[int, PeopleList] = field(default_factory=dict)  # everybody's only one, by its owner
    muted_threads: set[tuple[int, int]] = field(default_factory=set)  # whose, and the tweet that begins it
    ever_muted: set[tuple[int, int]] = field(default_factory=set)
    ever_parted: set[frozenset[int]] = field(default_factory=set)

    def parted(self, one: int, other: int) -> bool:
        return (one, other) in self.blocks or (other, one) in self.blocks

    def unwanted(self, viewer: int, person: int) -> bool:
        return self.parted(viewer, person) or (viewer, person) in self.mutes

    def is_for(self, viewer: int, one: Said) -> bool:
        """Whether the viewer is in the audience and no block parts them from the author."""
        return not self.parted(viewer, one.author) and (
            one.level < 2
            or viewer == one.author
            or viewer in one.addressed
            or (one.level == 2 and (viewer, one.author) in self.follows)
        )

    def wanted(self, viewer: int) -> list[int]:
        return [
            number
            for number, one in self.said.items()
            if self.is_for(viewer, one) and not self.unwanted(viewer, one.author)
        ][::-1]

    def everyone(self, viewer: int) -> list[int]:
        return [number for number in self.wanted(viewer) if self.said[number].level == 0]

    def private(self, viewer: int) -> list[int]:
        return [number for number in self.wanted(viewer) if self.said[number].level == 3]

    def following(self, viewer: int) -> list[int]:
        return [
            number
            for number in self.wanted(viewer)
            if self.said[number].level < 3 and self._reaches(viewer, self.said[number])
        ]

    def following_with_reposts(self, viewer: int) -> list[Entry]:
        """As on one page."""
        own = self.following(viewer)
        reposts = [
            (number, what, who)
            for number, (who, what) in self.reposts.items()
            if (who == viewer or ((viewer, who) in self.follows and (viewer, who) not in self.mutes))
            and (who == viewer or not self._is_apart(viewer, who))
            and self._is_welcome(viewer, self.said[what])
        ]
        return merged(own, reposts)

    def on_list(self, viewer: int) -> list[int]:
        found = self.lists[viewer]
        return [
            number
            for number in self.wanted(viewer)
            if (one := self.said[number]).author in found.members
            and one.level < (3 if self._is_close(viewer, one.author) else 2)
            and self._is_welcome(viewer, one)
            and self._list_has(viewer, one)
        ]

    def on_list_with_reposts(self, viewer: int) -> list[Entry]:
        found = self.lists[viewer]
        reposts = [
            (number, what, who)
            for number, (who, what) in self.reposts.items()
            if who in found.members
            and (viewer, who) not in self.mutes
            and self.said[what].level < (3 if self._is_close(viewer, who) else 2)
            and self._is_welcome(viewer, self.said[what])
        ]
        return merged(self.on_list(viewer), reposts)

    def _list_has(self, viewer: int, one: Said) -> bool:
        """Whether the viewer's list has this tweet of a member, as far as it may be a reply."""
        to = None if one.parent is None else self.authors[one.parent]
        if to in (None, viewer, one.author):
            return True
        found = self.lists[viewer]
        chosen = {"members": to in found.members, "followed": (viewer, to) in self.follows, "none": False}
        return chosen[found.replies]

    def _is_close(self, viewer: int, person: int) -> bool:
        return viewer == person or (viewer, person) in self.follows

    def _is_apart(self, viewer: int, person: int) -> bool:
        """Whether the viewer's list keeps the person off their Following timeline."""
        found = self.lists.get(viewer)
        return found is not None and found.exclusive and person in found.members

    def profile_with_reposts(self, viewer: int, person: int) -> list[Entry]:
        if self.parted(viewer, person):
            return []
        reposts = [
            (number, what, who)
            for number, (who, what) in self.reposts.items()
            if who == person
            and self.is_for(viewer, self.said[what])
            and ((viewer, self.said[what].author) not in self.mutes or self.said[what].author == person)
            and (self.said[what].level < 2 or viewer == person or (viewer, person) in self.follows)
        ]
        return merged(self.profile(viewer, person), reposts)

    def may_repost(self, viewer: int, one: Said) -> bool:
        return self.is_for(viewer, one) and (one.level < 2 or (one.level == 2 and one.author == viewer))

    def may_quote(self, who: int, one: Said) -> bool:
        if not self.is_for(who, one) or one.level == 3:
            return False
        rules = (True, (who, one.author) in self.follows, False)
        return one.author == who or (one.level < 2 and rules[one.who_may_quote])

    def state(self, viewer: int, number: int) -> str:
        """What the viewer gets of a quoted tweet."""
        one = self.said.get(number)
        if one is None:
            return "deleted"
        if not self.is_for(viewer, one):
            return "unavailable"
        return "muted" if (viewer, one.author) in self.mutes else "shown"

    def quoted(self, viewer: int, tweets: Iterable[int]) -> dict[int, str]:
        """What the viewer gets of the tweets that these quote."""
        those = [self.said[number] for number in tweets]
        return {
            one.quotes: self.state(viewer, one.quotes)
            for one in those
            if one.quotes is not None and not one.is_withdrawn
        }

    def quoting(self, viewer: int, quoted: int) -> list[int]:
        return [
            number
            for number in self.wanted(viewer)
            if self.said[number].quotes == quoted
            and not self.said[number].is_withdrawn
            and self.said[number].level < 3
        ]

    def quotes_count(self, quoted: int) -> int:
        return sum(
            one.quotes == quoted and one.level < 2 and not one.is_withdrawn for one in self.said.values()
        )

    def _is_welcome(self, viewer: int, one: Said) -> bool:
        return self.is_for(viewer, one) and (
            one.author == viewer
            or not any(self.unwanted(viewer, person) for person in {one.author, *self._addressed(one)})
        )

    def _addressed(self, one: Said) -> frozenset[int]:
        return one.mentioned if one.parent is None else one.mentioned | {self.authors[one.parent]}

    def _reaches(self, viewer: int, one: Said) -> bool:
        if one.author == viewer:
            return True
        if self._is_apart(viewer, one.author):
            return False
        if any(self.unwanted(viewer, person) for person in self._addressed(one)):
            return False
        to = None if one.parent is None else self.authors[one.parent]
        if one.is_tagged and one.level == 0 and viewer in self.hashtag_followers and to in (None, one.author):
            return True
        return (viewer, one.author) in self.follows and (
            to is None or to in (viewer, one.author) or (viewer, to) in self.follows
        )

    def profile(self, viewer: int, person: int) -> list[int]:
        if self.parted(viewer, person):
            return []
        reach = 3 if viewer == person or (viewer, person) in self.follows else 2
        return [number for number, one in self.said.items() if one.author == person and one.level < reach][
            ::-1
        ]

    def pinned(self, viewer: int, person: int) -> list[int]:
        published = self.profile(viewer, person)
        return [number for number in self.pins if number in published][::-1]

    def starts(self, number: int) -> bool:
        """Whether it is no reply to somebody else."""
        one = self.said[number]
        return one.parent is None or self.authors[one.parent] == one.author

    def replies_count(self, parent: int) -> int:
        return sum(one.parent == parent and one.level < 2 for one in self.said.values())

    def tweets_count(self, person: int) -> int:
        return sum(one.author == person and one.level < 3 for one in self.said.values())

    def likes(self, viewer: int, person: int) -> set[int]:
        if self.parted(viewer, person):
            return set()
        return {
            number for number, one in self.said.items() if person in one.likers and self.is_for(viewer, one)
        }

    def kept(self, viewer: int, whose: set[tuple[int, int]]) -> set[int]:
        """Those of the viewer's tweets in a list of pairs that the viewer may see."""
        return {
            what
            for who, what in whose
            if who == viewer and what in self.said and self.is_for(viewer, self.said[what])
        }

    def reactions(self, viewer: int, kind: str, *, unheard: bool = False) -> set[tuple[int, int]]:
        """Who liked or reposted which tweet of the viewer, as far as the viewer must be notified of it.

        Without people whom a block parted at some time: it removes some notifications for good, and only
        hides others.

        Args:
            unheard: with those that the viewer may not have been notified of: by people muted at some time,
                and in conversations that are muted by now.
        """
        if kind == "like":
            pairs = [(person, what) for what, one in self.said.items() for person in one.likers]
        else:
            pairs = list(self.reposts.values())
        return {
            (person, what)
            for person, what in pairs
            if self.said[what].author == viewer != person
            and self.never_parted(viewer, person)
            and (unheard or (viewer, person) not in self.ever_muted)
            and (unheard or (viewer, self.said[what].root or what) not in self.muted_threads)
        }

    def never_parted(self, one: int, other: int) -> bool:
        return frozenset({one, other}) not in self.ever_parted

    def above(self, viewer: int, number: int) -> list[int]:
        """What a tweet replies to, the first tweet of the thread first."""
        found: list[int] = []
        parent = self.parents[number]
        while parent is not None:
            one = self.said.get(parent)
            if one is not None and self.is_for(viewer, one) and not self.unwanted(viewer, one.author):
                found.insert(0, parent)
            parent = self.parents[parent]
        return found

    def below(self, viewer: int, root: int) -> set[int]:
        return {
            number
            for number, one in self.said.items()
            if one.root == root and self.is_for(viewer, one) and not self.unwanted(viewer, one.author)
        }


def merged(own: list[int], reposts: list[tuple[int, int, int]]) -> list[Entry]:
    """Tweets in their own places, and others at their newest reposts: the id, the tweet, who reposted it."""
    found = {what: (what, what, list[int]()) for what in own}
    for number, what, who in sorted(reposts, reverse=True):
        if what not in own:
            found.setdefault(what, (number, what, []))[2].append(who)
    return sorted(found.values(), reverse=True)
