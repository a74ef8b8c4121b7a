"""`perch generate`."""

from __future__ import annotations

import dataclasses
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

import click

from config.database_address import DatabaseAddress
from config.settings import Settings
from server.cli.command import json_option, print_json, progress, with_database, with_workshop
from server.core.cache import changes, topics
from server.generate import demo, loading
from server.generate.community import in_order
from server.generate.demo import Settled
from server.generate.loading import Filled
from server.generate.size import Impossible, Size
from tasks.workshop import Workshop

NUMBER = click.IntRange(0, 100_000_000)


@click.command()
@click.option(
    "--tweets",
    type=click.IntRange(1, 100_000_000),
    default=10_000,
    show_default=True,
    help="How many tweets to make.",
)
@click.option("--users", type=click.IntRange(2, 100_000_000), help="Default: a tenth of the tweets.")
@click.option("--likes", type=NUMBER, help="Default: five per tweet.")
@click.option("--follows", type=NUMBER, help="Default: twenty per user.")
@click.option("--media", type=NUMBER, help="Pictures. Default: one per four tweets.")
@click.option(
    "--seed",
    type=click.IntRange(0, 2**31),
    default=1,
    show_default=True,
    help="The same seed makes the same data.",
)
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="Time of the newest tweet, in UTC. Default: now.",
)
@click.option(
    "--demo",
    "community",
    is_flag=True,
    help="Make a small community with pictures instead, to show people around.",
)
@click.option(
    "--keys",
    "keys_file",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Make keys for the first users and write them to this file, one per line, in order of ID.",
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
    community: bool,
    seed: int,
    until: datetime | None,
    keys_file: Path | None,
    keys_for: int,
    as_json: bool,
) -> None:
    """Fill an empty database with made-up people and tweets.

    Use this to find out how large a machine you need. The same numbers, seed and time make the same rows.
    The data is skewed, as in real life: everyone follows one author, who also writes the most; everyone likes
    one tweet; many people follow 300 others. Pictures are rows only, without objects. If the database
    already has users or tweets, this changes nothing. So run it before you first start Perch, and with
    MODE=PROD, because otherwise Perch creates demo users.

    With --demo you get a dozen people instead, who write to each other, with pictures drawn on the spot, to
    show others around. This needs a new server, which may be running.

    \b
    Examples:
      perch generate --demo
      MODE=PROD DATA_DIR=/tmp/large perch generate --tweets 1000000 --keys /tmp/large.keys
    """
    if community:
        settle(keys_file, as_json)
        return
    try:
        size = Size.of(tweets, users=users, likes=likes, follows=follows, media=media)
    except Impossible as error:
        raise click.UsageError(str(error)) from None
    # This comes first: if the keys couldn't be written, the database would have to be filled again.
    out = opened(keys_file) if keys_file is not None else None
    address = Settings.load().database
    moment = until.replace(tzinfo=UTC) if until else datetime.now(UTC)

    async def fill() -> Filled:
        with progress("generating", size.rows) as show:
            found = await loading.fill(address, size, seed=seed, until=moment, told=show)
        await changes.tell([topics.EVERYTHING])  # a running Perch may have cached that there is nothing
        if out is not None:
            await write_keys(out, address, keys_for)
        return found

    started = time.monotonic()
    try:
        found = with_database(fill, begins=True)
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


def settle(keys_file: Path | None, as_json: bool) -> None:
    """Add the demo community."""
    out = opened(keys_file) if keys_file is not None else None

    async def work(workshop: Workshop) -> Settled:
        with progress("drawing", sum(len(post.scenes) for post, _ in in_order())) as show:
            found = await demo.settle(workshop.store, workshop.jobs, show)
        await changes.tell([topics.EVERYTHING])
        if out is not None:
            await write_keys(out, workshop.settings.database, found.users)
        return found

    try:
        found = with_workshop(work, begins=True)
    except loading.NotEmpty as error:
        raise click.ClickException(str(error)) from None
    if as_json:
        print_json(dataclasses.asdict(found))
        return
    click.echo(
        f"made {found.users} people with {found.tweets} tweets, {found.likes} likes, {found.follows} follows "
        f"and {found.pictures} pictures, which workers process now or once you start Perch"
    )


async def write_keys(out: TextIO, address: DatabaseAddress, number: int) -> None:
    """Write keys of the first users, one per line."""
    made = await loading.add_keys(address, number)
    with out:
        out.truncate()
        out.writelines(f"{key}\n" for key in made)


def opened(file: Path) -> TextIO:
    """Open the file for its owner only; old contents stay until keys are written. Raises ClickException."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT, 0o600)
        os.fchmod(descriptor, 0o600)
        return open(descriptor, "w")
    except OSError as error:
        raise click.ClickException(f"--keys: {error.strerror or error}: {file}") from None


COMMANDS = (generate,)
