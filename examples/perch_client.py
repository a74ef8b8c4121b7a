"""A small client of Perch's API, to copy into a program of your own. It needs `httpx`.

with Perch("https://perch.example.org", key) as perch:
    picture = perch.upload(Path("hill.jpg"), alt="A hill under a low sun")
    perch.tweet("Hello", media=[picture])
    for event in perch.events():
        print(event.kind, event.data)
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

# How often to send what may be sent twice, and the pause in seconds before the first retry; it doubles each
# time.
TRIES, PAUSE = 5, 1.0

# How many seconds a stream may be silent. The server sends a heartbeat about every 20 seconds.
SILENCE = 60.0


class PerchError(Exception):
    """The server refused a request. `kind` is the error's stable name; the text is a sentence for people."""

    def __init__(self, status: int, kind: str, message: str, retry_after: float | None) -> None:
        super().__init__(message)
        self.status, self.kind, self.retry_after = status, kind, retry_after


@dataclass(frozen=True)
class Event:
    """Something that happened. To continue after it, pass its `id` to `events`."""

    id: str
    kind: str
    data: dict[str, Any]


class Perch:
    """A server, as the user whose key this is."""

    def __init__(self, url: str, key: str) -> None:
        self._client = httpx.Client(base_url=url, headers={"api-key": key}, timeout=30)

    def __enter__(self) -> Perch:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def me(self) -> dict[str, Any]:
        """The user whose key this is."""
        found: dict[str, Any] = self._call("GET", "/api/users/me")["user"]
        return found

    def timeline(self, *, following: bool = False, limit: int | None = None) -> Iterator[dict[str, Any]]:
        """Tweets, the newest first, as far back as you read."""
        query = {"timeline": "following" if following else "all", "limit": min(limit or 50, 100)}
        while True:
            page = self._call("GET", "/api/tweets", params=query)
            for tweet in page["tweets"]:
                yield tweet
                if limit is not None and (limit := limit - 1) == 0:
                    return
            if page["next"] is None:
                return
            query["before"] = page["next"]

    def tweet(self, text: str, *, media: Sequence[int] = ()) -> int:
        """Publish a tweet and return its id. It is published only once, however often it has to be sent."""
        body = {"tweet_data": text, "tweet_media_ids": list(media)}
        once = {"idempotency-key": uuid.uuid4().hex}
        return int(self._call("POST", "/api/tweets", json=body, headers=once)["tweet_id"])

    def upload(self, picture: Path, *, alt: str = "") -> int:
        """Upload a picture and return its id, for a tweet of your own."""
        files = {"file": (picture.name, picture.read_bytes())}
        return int(self._call("POST", "/api/medias", files=files, data={"alt": alt})["media_id"])

    def delete(self, tweet_id: int) -> None:
        """Delete one of your own tweets."""
        self._call("DELETE", f"/api/tweets/{tweet_id}")

    def like(self, tweet_id: int) -> None:
        """Like a tweet. Liking it again changes nothing."""
        self._call("POST", f"/api/tweets/{tweet_id}/likes")

    def follow(self, user_id: int) -> None:
        """Follow somebody. Following them again changes nothing."""
        self._call("POST", f"/api/users/{user_id}/follow")

    def events(self, after: str = "") -> Iterator[Event]:
        """What happens from now on, or after the event with this id. It resumes after a lost connection.

        An event of the kind `reset` says that you missed events that can't be sent any more: reload what you
        display. Raises PerchError if the key is no longer valid.
        """
        pause = PAUSE
        while True:
            headers = {"last-event-id": after} if after else {}
            try:
                timeout = httpx.Timeout(30, read=SILENCE)
                with self._client.stream("GET", "/api/stream", headers=headers, timeout=timeout) as answer:
                    if answer.status_code != 200:
                        answer.read()
                        raise refusal(answer)
                    for event in parsed(answer.iter_lines()):
                        after, pause = event.id or after, PAUSE
                        yield event
            except httpx.TransportError:
                pass
            except PerchError as error:
                if error.status not in (429, 503):
                    raise
            time.sleep(pause)
            pause = min(2 * pause, 30)

    def _call(self, method: str, path: str, **arguments: Any) -> dict[str, Any]:
        """The content of a response. It waits and retries if that may help."""
        for attempt in range(TRIES):
            last = attempt == TRIES - 1
            try:
                answer = self._client.request(method, path, **arguments)
            except httpx.TransportError:
                if last or path == "/api/medias":
                    raise
                time.sleep(PAUSE * 2**attempt)
                continue
            if answer.status_code < 400:
                found: dict[str, Any] = answer.json()
                return found
            error = refusal(answer)
            if last or error.status not in (429, 503):
                raise error
            time.sleep(error.retry_after or PAUSE * 2**attempt)
        raise AssertionError


def refusal(answer: httpx.Response) -> PerchError:
    """The error in a response, which may come from a proxy."""
    try:
        body = answer.json()
        kind, message = str(body["error_type"]), str(body["error_message"])
    except (ValueError, KeyError, TypeError):
        kind, message = "unknown", f"The server answered {answer.status_code}."
    after = answer.headers.get("retry-after", "")
    return PerchError(answer.status_code, kind, message, float(after) if after.isdigit() else None)


def parsed(lines: Iterator[str]) -> Iterator[Event]:
    """Server-sent events."""
    fields: dict[str, str] = {}
    for line in lines:
        if not line:
            if "data" in fields:
                yield Event(fields.get("id", ""), fields.get("event", "message"), json.loads(fields["data"]))
            fields = {}
        elif not line.startswith(":"):
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")
