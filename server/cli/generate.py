"""`perch generate`."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

import click

from config.settings import Settings
from server.cache import changes, topics
from server.cli.command import json_option, print_json, progress, with_database
from server.generate import loading
from server.generate.loading import Filled
from server.generate.size import Impossible, Size

NUMBER = click.IntRange(0, 100_000_000)


@click.command()
@click.option("--tweets", type=click.IntRange(1, 100_000_000), default=10_000, show_default=True)
@click.option("--users", type=click.IntRange(2, 100_000_000), help="Default: a tenth of the tweets.")
@click.option("--likes", type=NUMBER, help="Default: five for each tweet.")
@click.option("--follows", type=NUMBER, help="Default: twenty for each user.")
@click.option("--media", type=NUMBER, help="Pictures. Default: one for each four tweets.")
@click.option("--seed", type=click.IntRange(0, 2**31), default=1, show_default=True)
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="The time of the newest tweet, in UTC. Default: now.",
)
@click.option(
    "--keys",
    "keys_file",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Make keys for the first users, and write them to this file, one a line.",
)
@click.option(
    "--keys-for",
    type=click.IntRange(1, 100_000),
    default=1000,
    show_default=True,
    help="How many users get a key.",
)
@json_option
def generate(
    tweets: int,
    users: int | None,
    likes: int | None,
    follows: int | None,
    media: int | None,
    seed: int,
    until: datetime | None,
    keys_file: Path | None,
    keys_for: int,
    as_json: bool,
) -> None:
    """Fill an empty database with made-up people and tweets, to see how large a machine has to be.

    The same numbers, seed and time make the same rows. Few have much: one author is followed by everybody
    and writes the most, everybody likes one tweet, many people follow 300. Pictures are rows only: their
    objects do not exist. A database that holds users or tweets already is left as it is: fill it before Perch
    is started, and with MODE=PROD, as there are demo users otherwise.

    \b
    Example:
      MODE=PROD DATA_DIR=/tmp/large perch generate --tweets 1000000 --keys /tmp/large.keys
    """
    try:
        size = Size.of(tweets, users=users, likes=likes, follows=follows, media=media)
    except Impossible as error:
        raise click.UsageError(str(error)) from None
    # Before anything else: who cannot have the keys would have to fill it again.
    out = opened(keys_file) if keys_file is not None else None
    address = Settings.load().database
    moment = until.replace(tzinfo=UTC) if until else datetime.now(UTC)

    async def fill() -> Filled:
        with progress("generating", size.rows) as show:
            found = await loading.fill(address, size, seed=seed, until=moment, told=show)
        await changes.tell([topics.EVERYTHING])  # a running Perch may have seen nothing there
        if out is not None:
            made = await loading.add_keys(address, keys_for)
            with out:
                out.truncate()
                out.writelines(f"{key}\n" for key in made)
        return found

    started = time.monotonic()
    try:
        found = with_database(fill)
    except loading.NotEmpty as error:
        raise click.ClickException(str(error)) from None
    seconds = time.monotonic() - started
    if as_json:
        print_json(
            {
                "users": size.users,
                "tweets": size.tweets,
                "likes": size.likes,
                "follows": size.follows,
                "media": size.media,
                "busiest_author": found.busiest_author,
                "most_liked_tweet": found.most_liked_tweet,
                "seconds": round(seconds, 1),
            }
        )
        return
    click.echo(
        f"made {size.users} users, {size.tweets} tweets, {size.likes} likes, {size.follows} follows and "
        f"{size.media} pictures in {seconds:.0f} s. The busiest author is user {found.busiest_author}, "
        f"the most liked tweet {found.most_liked_tweet}."
    )


def opened(file: Path) -> TextIO:
    """The file, for its owner only; what it holds stays until others are written. Raises ClickException."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT, 0o600)
        os.fchmod(descriptor, 0o600)
        return open(descriptor, "w")
    except OSError as error:
        raise click.ClickException(f"--keys: {error.strerror or error}: {file}") from None


COMMANDS = (generate,)
