"""The people, their objects and a digest of the state that the matrix of routes is tried on."""

from __future__ import annotations

import dataclasses
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

import storage
from config.version import VERSION
from server.context import Context
from server.core.audit import Actor
from server.core.database.connection import row, rows
from server.core.security import api_keys as keys
from server.core.security.keyring import Keyring
from server.features.api_keys.api_key import ApiKey
from server.features.invitations import invitations
from server.features.moderation import suspension_requests
from server.features.people import accounts
from server.operations.dumps import catalogue
from server.operations.dumps.manifest import Manifest
from server.operations.queues import DEAD_LETTERS
from storage import object_keys as storage_keys
from tests.attacks.routes import Route
from tests.attacks.shown import Shown
from tests.callers import Caller, register
from tests.waiting import until

# Tables that change by themselves.
MOVING = (
    "outbox",
    "held_likes",
    "exports",
    "events",
    "event_log",
    "cache_hosts",
    "live",
    "scheduled_runs",
    "aerich",
)

REQUEST_ID = re.compile(r"[0-9a-f]{16}-[0-9a-f]{8}")

# Ids of no object: the smallest, the largest of a column, and some that no column holds.
NOBODYS = (0, 2**53 - 1, 2**63 - 1, 2**63, 10**40)

# A digest of what a user owns and others may never change, whatever they do in their own name.
OWNED = """
    SELECT md5(concat(
        (SELECT string_agg(concat(id, content), ',' ORDER BY id) FROM tweets WHERE author_id = $1),
        (SELECT string_agg(m::text, ',' ORDER BY id) FROM media_attachments m WHERE owner_id = $1),
        (SELECT string_agg(d::text, ',' ORDER BY id) FROM drafts d WHERE user_id = $1),
        (SELECT string_agg(concat(l::text, m::text), ',' ORDER BY l.id, m.id)
            FROM lists l LEFT JOIN list_members m ON m.list_id = l.id WHERE user_id = $1),
        (SELECT string_agg(l::text, ',' ORDER BY id) FROM likes l WHERE user_id = $1),
        (SELECT string_agg(r::text, ',' ORDER BY id) FROM reposts r WHERE user_id = $1),
        (SELECT string_agg(f::text, ',' ORDER BY id) FROM follows f WHERE follower_id = $1),
        (SELECT string_agg(k::text, ',' ORDER BY id) FROM api_keys k WHERE user_id = $1),
        (SELECT concat(handle, name, is_admin, tweets_count, following_count) FROM users WHERE id = $1)
    )) AS found
"""


@dataclass(frozen=True)
class Matrix:
    """The people, and the application that they call."""

    client: httpx.AsyncClient
    alice: Caller
    bob: Caller
    carol: Caller
    wrong: list[Shown]
    shares: Iterator[list[Shown]]
    tables: str
    perch: Context

    async def ask(
        self, route: Route, ids: dict[str, Any], headers: dict[str, Any], query: str = ""
    ) -> httpx.Response:
        """Send one request; of a stream, only the head is read."""
        url = route.path.format_map(ids) + query
        async with self.client.stream(
            route.method, url, headers=headers, **route.content(self.alice.handle, ids)
        ) as answer:
            if "event-stream" not in answer.headers.get("content-type", ""):
                await answer.aread()
            return answer

    async def state(self) -> str:
        """A digest of all rows of all tables."""
        found = await row(self.tables)
        assert found is not None
        return str(found["found"])

    async def unblock(self) -> None:
        """End the blocks that the last route left, so that the next one finds everything visible."""
        for who in (self.bob, self.carol):
            answer = await who.delete(f"/api/users/{self.alice.id}/block")
            assert answer.status == 200, answer.body

    async def quote(self, tweet_id: int) -> int:
        """Somebody else's tweet that quotes this one."""
        answer = await self.bob.post("/api/tweets", json={"tweet_data": "look", "quote_of_id": tweet_id})
        assert answer.status == 201, answer.body
        return int(answer["tweet_id"])

    async def draft(self) -> int:
        """A draft of alice's, her only one."""
        await rows("DELETE FROM drafts WHERE user_id = $1", self.alice.id)
        answer = await self.alice.post("/api/drafts", json={"tweets": [{"tweet_data": "alice's"}]})
        assert answer.status == 201, answer.body
        return int(answer["draft"]["id"])

    async def list(self) -> int:
        """A list of alice's, her only one, with alice on it."""
        await rows("DELETE FROM lists WHERE user_id = $1", self.alice.id)
        answer = await self.alice.post("/api/lists", json={"title": "alice's"})
        assert answer.status == 201, answer.body
        number = int(answer["list"]["id"])
        await self.alice.post(f"/api/lists/{number}/members/{self.alice.id}")
        return number

    async def belongings(self) -> dict[str, Any]:
        """New objects of alice's by parameter name; any other parameter is a word."""
        (media,) = await rows(
            "INSERT INTO media_attachments (token, owner_id, state, content_type, width, height) "
            "VALUES ($1, $2, 'ready', 'image/jpeg', 1, 1) RETURNING id",
            secrets.token_hex(16),
            self.alice.id,
        )
        answer = await self.alice.post(
            "/api/tweets", json={"tweet_data": "alice's", "poll": {"options": ["a", "b"]}}
        )
        tweet_id = int(answer["tweet_id"])
        await self.alice.post(f"/api/tweets/{tweet_id}/likes")
        await self.alice.call("PUT", f"/api/tweets/{tweet_id}", json={"text": "alice's, edited"})
        (version,) = await rows("SELECT id FROM tweet_versions WHERE tweet_id = $1", tweet_id)
        record = await ApiKey.create(
            user_id=self.alice.id, hash=secrets.token_bytes(32), name="alice's", scopes=["read"]
        )
        invitation, token = await invitations.make()
        await self.archive()
        asker, subject, another = [await self.administrator() for _ in range(3)]
        await rows(
            "UPDATE users SET created_at = now() - interval '1 year' WHERE id = $1 RETURNING 1", asker.user_id
        )
        asked = await suspension_requests.ask(subject.user_id or 0, asker, hide_tweets=False, reason="")
        return Words(
            suspension_id=asked.id,
            administrator_id=another.user_id,
            tweet_id=tweet_id,
            version_id=version["id"],
            quote_id=await self.quote(tweet_id),
            draft_id=await self.draft(),
            list_id=await self.list(),
            reply_id=await self.alice.reply(tweet_id),
            follower_id=await self.asking(),
            handle=self.alice.handle,
            name="perch",
            user_id=self.alice.id,
            media_id=media["id"],
            key_id=record.id,
            invitation_id=invitation.id,
            token=token,
            dump=await self.dump(),
            letter=await self.dead_letter(),
        )

    async def asking(self) -> int:
        """Somebody new who asks to follow alice."""
        user, _ = await accounts.create(f"asking_{secrets.token_hex(8)}")
        await rows(
            "INSERT INTO follow_requests (follower_id, followee_id) VALUES ($1, $2) RETURNING 1",
            user.id,
            self.alice.id,
        )
        return int(user.id)

    async def administrator(self) -> Actor:
        """A new administrator, besides carol, who has been one for a long time."""
        user, key = await accounts.create(f"admin_{secrets.token_hex(8)}", admin=True)
        await rows(
            "UPDATE users SET created_at = now() - interval '1 year' WHERE id = $1 RETURNING 1", self.carol.id
        )
        return Actor(user.id, (await ApiKey.get(hash=keys.digest(key))).id)

    async def dump(self) -> str:
        """A dump that is listed although its archive is missing."""
        settings, now = self.perch.settings, datetime.now(UTC)
        name = f"hour-{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
        key = settings.dump_folder("hour") + name
        manifest = Manifest(
            id=name,
            kind="hour",
            slot=now,
            key=key + catalogue.ARCHIVE,
            stored_bytes=1,
            archive_bytes=1,
            database_bytes=1,
            sha256="",
            rows={},
            migrations=[],
            perch_version=VERSION,
            server_version="18",
            client_version=18,
            started_at=now,
            seconds=1.0,
        )
        backups = storage.for_backups(settings)
        await backups.open()
        await catalogue.write(backups, key + catalogue.MANIFEST, manifest, Keyring([bytes(32)]))
        await backups.close()
        return name

    async def dead_letter(self) -> str:
        """A task that was given up."""
        async with self.perch.queue() as redis:
            added: Any = await redis.xadd(DEAD_LETTERS, {"data": b"x", "reason": "x"})
            return str(added.decode())

    async def archive(self) -> None:
        """Give alice an archive."""
        token = secrets.token_hex(16)

        async def body() -> Any:
            yield b"x"

        await self.perch.store.put(storage_keys.export(token), body(), content_type="application/zip")
        await rows(
            "INSERT INTO exports (user_id, token, state, size, expires_at) "
            "VALUES ($1, $2, 'ready', 1, now() + interval '1 day') "
            "ON CONFLICT (user_id) DO UPDATE SET token = excluded.token RETURNING 1",
            self.alice.id,
            token,
        )

    async def of_another(self, route: Route) -> Matrix:
        """The same world, with a new user in alice's place if the route ends accounts."""
        if not route.is_ending:
            return self
        alice = await register(self.client.request, f"alice_{secrets.token_hex(8)}")
        return dataclasses.replace(self, alice=alice)

    async def settled(self) -> None:
        """Wait until no account is being removed any more."""

        async def removed() -> bool:
            return not await rows(
                "SELECT 1 FROM users WHERE (deleted_at IS NOT NULL AND erase_after IS NULL) OR unsettled"
            )

        await until(removed)


class Words(dict[str, Any]):
    """Path parameters; any that is missing is a word."""

    def __missing__(self, name: str) -> str:
        return "1"
