"""People who call the API, either in process or over a socket."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any

from httpx import Response

from server.features.people import accounts

Send = Callable[..., Coroutine[Any, Any, Response]]


@dataclass(frozen=True)
class Answer:
    """Status, body and headers of an answer in the envelope."""

    status: int
    body: dict[str, Any]
    headers: Any

    def __getitem__(self, name: str) -> Any:
        return self.body[name]

    @property
    def error(self) -> tuple[int, str]:
        """The status and error type of a failure."""
        assert self.body["result"] is False, self.body
        assert self.body.keys() == {"result", "error_type", "error_message"}, self.body
        assert isinstance(self.body["error_message"], str)
        assert self.body["error_message"]
        return self.status, self.body["error_type"]


@dataclass(frozen=True)
class Caller:
    """A person with an API key, or without one."""

    send: Send
    key: str | None
    id: int = 0
    handle: str = ""

    async def raw(self, method: str, path: str, **arguments: Any) -> Response:
        """The raw answer."""
        headers = (
            {"api-key": self.key, **arguments.pop("headers", {})}
            if self.key
            else arguments.pop("headers", {})
        )
        return await self.send(method, path, headers=headers, **arguments)

    async def call(self, method: str, path: str, **arguments: Any) -> Answer:
        """The answer, which must come in the envelope."""
        response = await self.raw(method, path, **arguments)
        assert response.headers["content-type"] == "application/json", (path, response.text[:300])
        body = json.loads(response.content)
        assert body["result"] is (response.status_code < 400), body
        return Answer(response.status_code, body, response.headers)

    async def get(self, path: str, **arguments: Any) -> Answer:
        return await self.call("GET", path, **arguments)

    async def post(self, path: str, **arguments: Any) -> Answer:
        return await self.call("POST", path, **arguments)

    async def patch(self, path: str, **arguments: Any) -> Answer:
        return await self.call("PATCH", path, **arguments)

    async def delete(self, path: str, **arguments: Any) -> Answer:
        return await self.call("DELETE", path, **arguments)

    async def tweet(self, text: str = "hello", media: list[int] | None = None) -> int:
        """Publish a tweet and return its id."""
        answer = await self.post("/api/tweets", json={"tweet_data": text, "tweet_media_ids": media or []})
        assert answer.status == 201, answer.body
        return int(answer["tweet_id"])

    async def reply(self, to: int, text: str = "a reply") -> int:
        """Reply to a tweet and return the reply's id."""
        answer = await self.post("/api/tweets", json={"tweet_data": text, "in_reply_to_id": to})
        assert answer.status == 201, answer.body
        return int(answer["tweet_id"])

    async def upload(self, picture: bytes, *, name: str = "picture.jpg", **fields: str) -> Answer:
        """Upload a picture."""
        return await self.post("/api/medias", files={"file": (name, picture)}, data=fields)

    async def read(self, tweet_id: int) -> dict[str, Any]:
        """Read one tweet."""
        answer = await self.get(f"/api/tweets/{tweet_id}")
        tweet: dict[str, Any] = answer["tweet"]
        return tweet

    async def timeline(self, **query: Any) -> list[dict[str, Any]]:
        """Read one page of tweets."""
        tweets: list[dict[str, Any]] = (await self.get("/api/tweets", params=query))["tweets"]
        return tweets


async def register(send: Send, handle: str, *, admin: bool = False, name: str | None = None) -> Caller:
    """Create a user through the domain."""
    user, key = await accounts.create(handle, name, admin=admin)
    return Caller(send, key, user.id, handle)


def with_key(caller: Caller, key: str | None) -> Caller:
    """The same person with another key, or without."""
    return replace(caller, key=key)
