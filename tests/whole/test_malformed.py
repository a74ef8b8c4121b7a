"""Generated and malformed requests to a running Perch: each is answered, and Perch stays healthy."""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import asyncpg
import httpx
import pytest

from server.core.security import api_keys as keys
from tests.attacks.generated import Attacker
from tests.attacks.verdict import complaints
from tests.thorough import much
from tests.whole.conftest import Perch, is_web, log_of

REQUESTS = much(usually=1_000, thoroughly=100_000)

# The seed is the same each time; `ATTACK_SEED=7 make faults ARGS='--only malformed'` tries another one.
SEED = int(os.environ.get("ATTACK_SEED", "1"))

AT_ONCE = 32

# The attacker can't end these keys: nobody can revoke a public key, or guess whom to suspend.
KEY = """
    WITH person AS (
        INSERT INTO users (id, handle, name, is_admin)
        VALUES ((random() * 1e12)::bigint + 1000000000000, $1, $1, $2) RETURNING id
    )
    INSERT INTO api_keys (user_id, hash, name, scopes, public)
    SELECT id, $3, 'attacks', $4, true FROM person
"""

# How much memory a web process may gain between a tenth of the requests and the last one. In kilobytes.
GROWTH = 16 << 10


async def given_keys(perch: Perch) -> list[str]:
    """The keys of two members and an administrator."""
    found = [keys.generate() for _ in range(3)]
    connection = await asyncpg.connect(host=f"{perch.folder}/data/run", user="perch", database="perch")
    for number, key in enumerate(found):
        scopes = keys.SCOPES if number == 2 else keys.MEMBER_SCOPES
        await connection.execute(
            KEY, f"attacker{number}_{key[-6:].lower()}", number == 2, keys.digest(key), list(scopes)
        )
    await connection.close()
    return found


def web_memory(perch: Perch) -> dict[int, int]:
    """The private memory of each web process, in kilobytes."""
    found = {}
    for pid in perch.children():
        if is_web(pid):
            status = Path(f"/proc/{pid}/status").read_text()
            found[pid] = int(status.split("RssAnon:")[1].split()[0])
    return found


@pytest.mark.fault("malformed")
async def test_every_malformed_request_is_answered_in_the_envelope(
    four: Perch, http: httpx.AsyncClient, measured: Callable[[str], None]
) -> None:
    right_keys = await given_keys(four)
    document = (await http.get("/api/openapi.json")).json()
    attacker = Attacker(document, right_keys, SEED)
    port = int(four.settings["PORT"])
    statuses: Counter[int] = Counter()
    found: list[str] = []
    numbers = iter(range(REQUESTS))
    before = web_memory(four)
    said_before = len(log_of(four))
    assert len(before) == 4

    async def attack() -> None:
        for number in numbers:
            made = attacker.attack(number)
            answered, wrong = await complaints(port, made)
            statuses.update(answered)
            found.extend(
                f"seed {SEED}, number {number}, {made.kind}: {complaint}\n    {made.raw[:1500]!r}"
                for complaint in wrong
            )
            if number == REQUESTS // 10:
                before.update(web_memory(four))
            assert len(found) < 20, "\n".join(found)

    began = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(attack())
    seconds = time.monotonic() - began
    assert not found, "\n".join(found)
    after = web_memory(four)
    growth = {pid: after[pid] - before[pid] for pid in before}
    assert after.keys() == before.keys(), "a process died"
    assert max(growth.values()) < GROWTH, growth
    said = log_of(four)[said_before:]
    assert not re.search(r'"level":"(ERROR|CRITICAL)"|Traceback', said), said[-5000:]
    assert not any(key in said for key in right_keys)
    told = ", ".join(f"{count:,} x {status}" for status, count in sorted(statuses.items()))
    measured(
        f"{REQUESTS:,} requests with seed {SEED}, {REQUESTS / seconds:,.0f} a second: {told}; "
        f"a process grew by {max(growth.values()) / 1024:.1f} MB at most"
    )
