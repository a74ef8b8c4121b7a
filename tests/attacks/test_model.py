"""Whatever people do, in whatever order, the server answers as a simple model in memory predicts."""

from __future__ import annotations

import asyncio
import itertools
import secrets
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from server.core.database.connection import rows
from tests.attacks.model import OK, Key, Model, Outcome
from tests.callers import register
from tests.thorough import much

T = TypeVar("T")

SCOPES = ("read", "write")

WORDS = st.one_of(
    st.sampled_from(["", " ", "hello", "й" * 200, "👨‍👩‍👧", "<b>&amp;", "a\u202eb", "line\nline"]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30),
)

NAMES = st.sampled_from(["Alice", "Иван", "👻", "a" * 50, "<script>"])

numbers = itertools.count(1)


@dataclass(frozen=True)
class World:
    """The server, for a state machine that is not asynchronous: it runs in a thread beside the event loop."""

    client: httpx.Client
    loop: asyncio.AbstractEventLoop

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """Run the coroutine in the loop and return its result."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)


class Microblog(RuleBasedStateMachine):
    """A state machine of people who publish, delete, like, follow, rename, and make keys."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.keys: dict[int, str] = {}
        names: dict[int, str] = {}
        for _ in range(3):
            who = self.world.wait(register(self.world.client.request, f"m{next(numbers)}"))  # type: ignore[arg-type]
            self.keys[who.id], names[who.id] = str(who.key), who.handle
        self.people = sorted(names)
        self.model = Model(names)
        self.key_texts: dict[int, str] = {}

    # Actions.

    @initialize()
    def begin(self) -> None:
        """Create an initial state in which there is something to see."""
        for who in self.people:
            self.publish_with(who, "hello", [])

    @rule(who=st.integers(0, 2), text=WORDS)
    def publish(self, who: int, text: str) -> None:
        self.publish_with(self.people[who], text, [])

    @rule(who=st.integers(0, 2), text=WORDS, data=st.data())
    def publish_pictures(self, who: int, text: str, data: st.DataObject) -> None:
        known = [*self.model.media, *self.model.used, 0, 10**15]
        chosen = data.draw(st.lists(st.sampled_from(known), max_size=3, unique=True))
        self.publish_with(self.people[who], text, chosen)

    @rule(who=st.integers(0, 2), times=st.integers(2, 3))
    def publish_with_a_key_again(self, who: int, times: int) -> None:
        key = secrets.token_hex(8)
        body = {"tweet_data": f"once {key}"}
        headers = {"idempotency-key": key}
        answers = [
            self.ask(self.people[who], "POST", "/api/tweets", json=body, headers=headers)
            for _ in range(times)
        ]
        assert len({answer["tweet_id"] for _, answer in answers}) == 1
        self.model.published(answers[0][1]["tweet_id"], self.people[who], body["tweet_data"], [])

    @rule(who=st.integers(0, 2))
    def have_a_picture(self, who: int) -> None:
        made = self.world.wait(picture_of(self.people[who]))
        self.model.media[made] = self.people[who]

    @rule(who=st.integers(0, 2), data=st.data())
    def delete(self, who: int, data: st.DataObject) -> None:
        number = self.some_tweet(data)
        self.expect(
            self.model.delete(self.people[who], number), self.people[who], "DELETE", f"/api/tweets/{number}"
        )

    @rule(who=st.integers(0, 2), data=st.data())
    def like(self, who: int, data: st.DataObject) -> None:
        number = self.some_tweet(data)
        self.expect(
            self.model.like(self.people[who], number), self.people[who], "POST", f"/api/tweets/{number}/likes"
        )

    @rule(who=st.integers(0, 2), data=st.data())
    def unlike(self, who: int, data: st.DataObject) -> None:
        number = self.some_tweet(data)
        self.expect(
            self.model.unlike(self.people[who], number),
            self.people[who],
            "DELETE",
            f"/api/tweets/{number}/likes",
        )

    @rule(who=st.integers(0, 2), whom=st.integers(0, 2))
    def follow(self, who: int, whom: int) -> None:
        a, b = self.people[who], self.people[whom]
        self.expect(self.model.follow(a, b), a, "POST", f"/api/users/{b}/follow")

    @rule(who=st.integers(0, 2), whom=st.integers(0, 2))
    def unfollow(self, who: int, whom: int) -> None:
        a, b = self.people[who], self.people[whom]
        self.expect(self.model.unfollow(a, b), a, "DELETE", f"/api/users/{b}/follow")

    @rule(who=st.integers(0, 2), name=NAMES)
    def rename(self, who: int, name: str) -> None:
        self.expect(OK, self.people[who], "PATCH", "/api/users/me", json={"name": name})
        self.model.names[self.people[who]] = name

    @rule(who=st.integers(0, 2), scopes=st.sets(st.sampled_from(SCOPES), min_size=1))
    def make_a_key(self, who: int, scopes: set[str]) -> None:
        body = {"name": "x", "scopes": sorted(scopes)}
        status, answer = self.ask(self.people[who], "POST", "/api/keys", json=body)
        assert status == 201, answer
        self.model.keys[answer["key_id"]] = Key(self.people[who], scopes)
        self.key_texts[answer["key_id"]] = answer["key"]

    @precondition(lambda self: self.key_texts)
    @rule(data=st.data(), scope=st.sampled_from(SCOPES))
    def use_a_key(self, data: st.DataObject, scope: str) -> None:
        number = data.draw(st.sampled_from(sorted(self.key_texts)))
        key, text = self.model.keys.get(number), self.key_texts[number]
        me = self.people[0]
        method, path = ("GET", "/api/users/me") if scope == "read" else ("DELETE", f"/api/users/{me}/follow")
        expected: Outcome = (
            (401, "invalid_key") if key is None else OK if scope in key.scopes else (403, "out_of_scope")
        )
        if expected == OK and key is not None and scope == "write":
            self.model.unfollow(key.owner, me)
        self.expect(expected, me, method, path, headers={"api-key": text})

    @precondition(lambda self: self.key_texts)
    @rule(who=st.integers(0, 2), data=st.data())
    def revoke_a_key(self, who: int, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.key_texts)))
        key = self.model.keys.get(number)
        is_own = key is not None and key.owner == self.people[who]
        expected: Outcome = OK if is_own else (404, "key_not_found")
        self.expect(expected, self.people[who], "DELETE", f"/api/keys/{number}")
        if is_own:
            del self.model.keys[number]

    # Observations.

    @rule(who=st.integers(0, 2), data=st.data())
    def look_at_a_tweet(self, who: int, data: st.DataObject) -> None:
        number, viewer = self.some_tweet(data), self.people[who]
        if number not in self.model.tweets:
            self.expect((404, "tweet_not_found"), viewer, "GET", f"/api/tweets/{number}")
            return
        _, answer = self.ask(viewer, "GET", f"/api/tweets/{number}")
        assert shown_tweet(answer["tweet"]) == self.model.tweet(viewer, number)

    @rule(who=st.integers(0, 2))
    def look_around(self, who: int) -> None:
        """Check all timelines and lists of one user, and what that user sees of the others."""
        viewer, model = self.people[who], self.model
        everybodys = model.everybodys()
        self.see(
            viewer, f"/api/tweets?limit={max(1, len(everybodys))}", everybodys
        )  # older tweets are left from other runs
        self.see(viewer, "/api/tweets?timeline=following&limit=100", model.timeline(viewer))
        for other in self.people:
            self.see(viewer, f"/api/users/{other}/tweets?limit=100", model.by(other))
            self.see(viewer, f"/api/users/{other}/likes?limit=100", model.liked_by(other))
            with_media = [number for number in model.by(other) if model.tweets[number].media]
            self.see(viewer, f"/api/users/{other}/media?limit=100", with_media)
            _, answer = self.ask(viewer, "GET", f"/api/users/{other}")
            assert shown_user(answer["user"]) == model.user(viewer, other)
            for what, expected in (
                ("followers", model.followers(other)),
                ("following", model.following(other)),
            ):
                _, answer = self.ask(viewer, "GET", f"/api/users/{other}/{what}")
                assert [person["id"] for person in answer["users"]] == expected
        _, answer = self.ask(viewer, "GET", "/api/keys")
        listed = {key["id"]: set(key["scopes"]) for key in answer["keys"] if not key["current"]}
        assert listed == {number: key.scopes for number, key in model.keys.items() if key.owner == viewer}

    @rule(who=st.integers(0, 2), size=st.integers(1, 4))
    def page_through(self, who: int, size: int) -> None:
        """Follow the cursors and check that everything comes exactly once."""
        found, before = [], ""
        for _ in range(200):
            _, answer = self.ask(
                self.people[who], "GET", f"/api/tweets?timeline=following&limit={size}{before}"
            )
            found += [tweet["id"] for tweet in answer["tweets"]]
            if answer["next"] is None:
                break
            before = f"&before={answer['next']}"
        assert found == self.model.timeline(self.people[who])

    def teardown(self) -> None:
        for who in range(3):
            self.look_around(who)

    # Helpers.

    def ask(self, who: int, method: str, path: str, **arguments: Any) -> tuple[int, Any]:
        """The status and the body."""
        headers = {"api-key": self.keys[who], **arguments.pop("headers", {})}
        answer = self.world.client.request(method, path, headers=headers, **arguments)
        return answer.status_code, answer.json()

    def expect(self, outcome: Outcome, who: int, method: str, path: str, **arguments: Any) -> None:
        """Send the request and check that the answer is this."""
        status, answer = self.ask(who, method, path, **arguments)
        assert (status, answer.get("error_type")) == outcome, answer

    def publish_with(self, who: int, text: str, media: list[int]) -> None:
        """Publish, or be refused as the model predicts."""
        expected = self.model.publishable(who, text, media)
        status, answer = self.ask(
            who, "POST", "/api/tweets", json={"tweet_data": text, "tweet_media_ids": media}
        )
        assert (status, answer.get("error_type")) == expected, answer
        if status == 201:
            self.model.published(answer["tweet_id"], who, text, media)
            assert shown_tweet(answer["tweet"]) == self.model.tweet(who, answer["tweet_id"])

    def see(self, viewer: int, path: str, expected: list[int]) -> None:
        """Check a page of tweets, with everything that is known of each."""
        _, answer = self.ask(viewer, "GET", path)
        tweets = answer["tweets"] if expected or "timeline" in path or "users" in path else []
        assert [shown_tweet(tweet) for tweet in tweets] == [
            self.model.tweet(viewer, number) for number in expected
        ]

    def some_tweet(self, data: st.DataObject) -> int:
        """A tweet that exists or has existed."""
        return int(data.draw(st.sampled_from([*self.model.everybodys(), *self.model.deleted, 0])))


async def picture_of(user_id: int) -> int:
    """A finished picture; the workers have tests of their own."""
    (made,) = await rows(
        "INSERT INTO media_attachments (token, owner_id, state, content_type, width, height) "
        "VALUES ($1, $2, 'ready', 'image/jpeg', 1, 1) RETURNING id",
        secrets.token_hex(16),
        user_id,
    )
    return int(made["id"])


def shown_tweet(tweet: dict[str, Any]) -> dict[str, Any]:
    """The fields of a tweet in an answer that the model knows."""
    return {
        "id": tweet["id"],
        "content": tweet["content"],
        "author": (tweet["author"]["id"], tweet["author"]["name"]),
        "media": [media["id"] for media in tweet["media"]],
        "likes": [like["user_id"] for like in tweet["likes"]],
        "likes_count": tweet["likes_count"],
        "liked": tweet["liked"],
    }


def shown_user(user: dict[str, Any]) -> dict[str, Any]:
    """The fields of a user in an answer that the model knows."""
    plain = ("id", "name", "followers_count", "following_count", "tweets_count", "followed")
    found = {name: user[name] for name in plain}
    return found | {name: [person["id"] for person in user[name]] for name in ("followers", "following")}


@pytest.mark.fault("model")
@pytest.mark.usefixtures("database")
async def test_any_sequence_of_actions_gets_the_answers_of_a_simple_model(
    address: str, measured: Callable[[str], None]
) -> None:
    examples, steps = much(usually=(6, 25), thoroughly=(300, 50))
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        derandomize=True,
        database=None,
        deadline=None,
        # Shrinking a failing history takes minutes, so it happens only in thorough runs.
        phases=much(usually=[Phase.generate], thoroughly=list(Phase)),
        suppress_health_check=list(HealthCheck),
    )
    with httpx.Client(base_url=address, timeout=30) as client:
        Microblog.world = World(client, asyncio.get_running_loop())
        await asyncio.to_thread(run_state_machine_as_test, Microblog, settings=chosen)
    measured(f"{examples} histories of {steps} steps: each answer as the model's")
