"""What the rows share: how long and how often to measure, and generated communities of several sizes."""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import asyncpg

from server.core.security import api_keys as keys
from tests import servers
from tools.bench.load import BenchFailed

ROOT = Path(__file__).parents[2]

# The code that generates communities; if it changes, they are generated again.
GENERATOR = ROOT / "server" / "generate"

SIZES = {"10k": 10_000, "100k": 100_000, "1M": 1_000_000}

# How many viewers send requests in rotation, and how many of them follow 300 people.
VIEWERS, READERS, FOLLOWED = 1000, 100, 300

# The users who follow closest to this many people.
READERS_OF = """
    SELECT id, following_count AS follows FROM users WHERE following_count BETWEEN $1 * 0.9 AND $1 * 1.1
    ORDER BY abs(following_count - $1), id LIMIT $2
"""
INSERT_KEY = """
    INSERT INTO api_keys (user_id, hash, name, scopes) VALUES ($1, $2, 'bench', '{read,write}')
"""


@dataclass(frozen=True)
class Reader:
    """A user who follows many others, with a key."""

    id: int
    key: str
    follows: int


@dataclass(frozen=True)
class Community:
    """A generated database in `folder/data`, and the users and tweets to request."""

    folder: Path
    tweets: int
    keys: list[str]
    readers: list[Reader]
    busiest_author: int
    most_liked_tweet: int

    @contextmanager
    def copied(self) -> Iterator[Path]:
        """A folder with a copy of its data, for rows that write."""
        with tempfile.TemporaryDirectory(dir=self.folder) as name:
            copy = ["cp", "-a", "--reflink=auto", str(self.folder / "data"), name]
            subprocess.run(copy, check=True)
            yield Path(name)


@dataclass(frozen=True)
class Stage:
    """The options of a benchmark run."""

    data: Path
    quick: bool
    say: Callable[[str], None]
    soak_minutes: float = 2
    fresh: bool = False
    with_tests: bool = False
    tests_took: float | None = None

    @property
    def rounds(self) -> int:
        """How many rounds each side is measured."""
        return 2 if self.quick else 5

    @property
    def seconds(self) -> int:
        """How many seconds a round of load takes."""
        return 2 if self.quick else 4

    @property
    def usual(self) -> Community:
        """The community for rows that need only one size."""
        return self.community("10k" if self.quick else "100k")

    @property
    def sizes(self) -> list[str]:
        """The sizes of rows that measure growth."""
        return ["10k", "100k"] if self.quick else list(SIZES)

    @cached_property
    def _communities(self) -> dict[str, Community]:
        return {}

    def community(self, size: str) -> Community:
        """The community of this size, generated if it doesn't exist yet."""
        if size not in self._communities:
            folder = self.data / size
            if not is_fresh(folder):
                self.say(f"generating {size} tweets in {folder}")
                make(folder, SIZES[size])
            self._communities[size] = read(folder)
        return self._communities[size]


def make(folder: Path, tweets: int) -> None:
    """Generate it, with keys for users who follow many others as well. The summary is written last."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    settings = {"DATA_DIR": str(folder / "data"), "MODE": "PROD"}
    options = ["--tweets", str(tweets), "--keys", str(folder / "keys"), "--keys-for", str(VIEWERS), "--json"]
    done = subprocess.run(
        [servers.PERCH, "generate", *options],
        cwd=folder,
        env=servers.environment(**settings),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise BenchFailed(f"perch generate: {done.stderr[-600:]}")
    made = json.loads(done.stdout) | {"of": fingerprint()}
    with servers.embedded_servers(folder / "data"):
        made["readers"] = asyncio.run(add_readers(folder))
    (folder / "made.json").write_text(json.dumps(made, indent=2))


async def add_readers(folder: Path) -> list[dict[str, Any]]:
    """Create keys for users who follow about 300 people."""
    connection = await asyncpg.connect(**database_of(folder))
    try:
        found = []
        for row in await connection.fetch(READERS_OF, FOLLOWED, READERS):
            key = keys.generate()
            await connection.execute(INSERT_KEY, row["id"], keys.digest(key))
            found.append({"id": row["id"], "key": key, "follows": row["follows"]})
        return found
    finally:
        await connection.close()


def read(folder: Path) -> Community:
    """Read what `make` has written."""
    made = json.loads((folder / "made.json").read_text())
    return Community(
        folder,
        made["tweets"],
        (folder / "keys").read_text().split(),
        [Reader(**reader) for reader in made["readers"]],
        made["busiest_author"],
        made["most_liked_tweet"],
    )


def is_fresh(folder: Path) -> bool:
    """Whether it was generated completely, and by the current generator."""
    summary = folder / "made.json"
    return summary.is_file() and json.loads(summary.read_text()).get("of") == fingerprint()


def fingerprint() -> str:
    """The fingerprint of the generator."""
    found = hashlib.sha256()
    for file in sorted(GENERATOR.glob("*.py")):
        found.update(file.read_bytes())
    return found.hexdigest()


def database_of(folder: Path) -> dict[str, Any]:
    """The asyncpg arguments for the database in this folder while its server runs."""
    return {"host": str(folder / "data" / "run"), "user": "perch", "database": "perch"}
