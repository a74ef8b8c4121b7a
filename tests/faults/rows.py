"""The table's rows: what breaks, and what is promised in that case.

A mark assigns a test to a row, wherever the test is: `@pytest.mark.fault("redis")`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One row of the table."""

    what: str
    promise: str


FAULTS: dict[str, Fault] = {
    "worker-killed": Fault(
        "`kill -9` of a worker in the middle of a picture, a dump, a log shipment",
        "taken over within 60 s, done once in effect, nothing half-visible; no task is lost, even if a "
        "worker is killed every 2 s",
    ),
    "scheduled": Fault(
        "workers killed while thousands of scheduled tweets are due",
        "each is published once; 10,000 within a minute",
    ),
    "previews": Fault(
        "workers killed while they fetch the pages that tweets link to",
        "each tweet gets its preview; only pages that were being fetched are fetched again",
    ),
    "web-killed": Fault(
        "`kill -9` of a web process in the middle of a tweet",
        "the tweet is there whole or not at all; media, counters and events agree; others go on serving",
    ),
    "parent-killed": Fault(
        "`kill -9` of the parent of `perch up`",
        "nothing is left running that blocks the next start, which recovers by itself and serves within 5 s",
    ),
    "restart": Fault(
        "web processes are stopped and started again, one after the other, under load",
        "no request is dropped; streams get `reset`; what is under way is finished or given back in time",
    ),
    "slots": Fault(
        "two schedulers; one that was down over a slot; clocks stepped back and forth; daylight saving",
        "every slot has exactly one row; the newest missed one is run once, older ones are skipped",
    ),
    "redis": Fault(
        "Redis restarted, flushed, hanging, refusing",
        "no data lost, no run twice; requests go on or answer 503 within 2 s; as before within 10 s",
    ),
    "postgres": Fault(
        "PostgreSQL restarted, connections cut, hanging, a lock held",
        "503 with the envelope and `Retry-After`, never a hang; back within 10 s; what was answered is there",
    ),
    "postgres-promoted": Fault(
        "PostgreSQL's primary is killed or hangs, and its standby is promoted",
        "Perch follows by itself within 30 s; with a synchronous standby, what was answered is there",
    ),
    "redis-promoted": Fault(
        "Valkey's primary is killed or hangs, and sentinels name its replica",
        "no data lost; requests go on; the queue follows within 30 s",
    ),
    "storage": Fault(
        "storage answers 500, hangs, cuts in the middle, flips a bit; disk full",
        "an upload answers a clear error and leaves nothing behind; a dump is tried again, never reported as "
        "good; a flipped bit is found by `perch dump verify` and by the restore test",
    ),
    "dump-killed": Fault(
        "a dump killed at 100 random moments",
        "none is visible without a manifest; leftovers are removed by the next clean-up",
    ),
    "owners": Fault(
        "two servers on one store (a rehearsal, or a restore beside production)",
        "neither removes an object that the other may need, even a week later; taking over is asked about",
    ),
    "planted": Fault(
        "a planted, altered, replayed or swapped dump in the backup store",
        "never loaded: its signature is checked before a byte reaches pg_restore, which is never a superuser",
    ),
    "poison": Fault(
        "a task that crashes its process each time; bombs, truncated and mislabelled pictures",
        "dead-lettered after 5 tries and reported; the worker lives; the upload shows a clear failure",
    ),
    "pictures": Fault(
        "10,000 mutated pictures",
        "no worker crashes, none takes more than its limits, each gets a clear answer",
    ),
    "counters": Fault(
        "50 clients liking and unliking the same tweet 200 times",
        "counter = rows",
    ),
    "storms": Fault(
        "200 replies, reposts, blocks and deletions at once, again and again",
        "nothing fails or deadlocks; counters = rows",
    ),
    "own-tweet": Fault(
        "a tweet, then a read by its author through another process",
        "10,000 of 10,000 see it",
    ),
    "hot-page": Fault(
        "a hot page expires while 500 requests for it arrive",
        "at most 2 rebuilds",
    ),
    "live": Fault(
        "a live client cut off 20 times while tweets come in; the relay killed between commit and publish",
        "every id once, in order, or a `reset`",
    ),
    "logs": Fault(
        "logs rotated while processes are killed",
        "every line exactly once in the shipped archives, except perhaps the last one of a killed process",
    ),
    "reconcile": Fault(
        "a crash between commit and queue: pictures pending for ever, objects without rows, counters off",
        "found, mended and reported; on a sound server nothing is found",
    ),
    "malformed": Fault(
        "100,000 malformed and generated requests to 4 processes",
        "no 5xx, no HTML, no leak, each answered in the envelope",
    ),
    "secrets": Fault(
        "canary secrets in every setting, header, query and body, while every service around Perch fails",
        "in no log line, error report, answer, output of a command or list of processes; and error "
        "reports contain nobody's text or address",
    ),
    "model": Fault(
        "generated histories of tweets, deletions, likes, follows, pictures, names and keys",
        "each answer, list and counter is that of a plain model in memory",
    ),
    "document": Fault(
        "requests made from the OpenAPI document by a tool that knows nothing else (schemathesis)",
        "each answer's status, type, headers and shape are what the document says",
    ),
    "keys": Fault(
        "every route with every kind of foreign, wrong or missing key",
        "refused; a new route cannot be forgotten",
    ),
}
