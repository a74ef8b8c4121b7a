"""Memory: of all processes at rest, and over a period of mixed load."""

from __future__ import annotations

import random
import time

from tools.bench import calls, growth, sides
from tools.bench.load import Call, attempt, press
from tools.bench.row import Row
from tools.bench.sides import Side
from tools.bench.stage import Community, Stage
from tools.measuring.figures import median, number

IDLE_MB, WRITTEN_MB, GROWTH = 160, 280, 1.1

# Seconds of likes, and then of tweets, before the second figure.
WRITING = 10

# Seconds of rest after which startup is over and the memory needed for it has been returned.
REST = 30

# Minutes after which memory counts as settled, if the load lasts long enough.
SETTLED = 5

# Seconds of load between two measurements of memory.
STRETCH = 5

# Slopes up to this are noise: over an hour they would amount to a tenth of the first figure. Share per hour.
SLOPE = 0.1


def idle(stage: Stage) -> list[Row]:
    """`perch up` on existing data: without requests, and after some seconds of likes and of tweets."""
    community = stage.usual
    with community.copied() as data, sides.perch(data, ACCESS_LOG="on") as perch:
        time.sleep(5 if stage.quick else REST)
        quiet, count = all_of(perch)
        page = calls.checked(perch.url, Call("GET", calls.FIRST_PAGE, community.keys[0]))
        press(perch.url, calls.liking(community.keys, [one["id"] for one in page["tweets"]]), seconds=WRITING)
        press(perch.url, calls.publishing(community.keys), seconds=WRITING)
        written, _ = all_of(perch)
    return [
        Row(
            f"all of `perch up` {state}, embedded servers included (sum of PSS, 2 web processes)",
            "",
            f"<= {target} MB",
            f"{found:.0f} MB",
            found <= target,
            [f"{count} processes"],
        )
        for state, target, found in (
            ("idle", IDLE_MB, quiet),
            (f"after {WRITING} s each of likes and of tweets", WRITTEN_MB, written),
        )
    ]


def all_of(perch: Side) -> tuple[float, int]:
    """The megabytes of all its processes, and their number."""
    family = perch.family()
    return sides.memory(family) * 1.048576, len(family)


def soak(stage: Stage) -> list[Row]:
    """This many minutes of mixed load; the memory at the end is compared with that after settling."""
    community, minutes = stage.usual, stage.soak_minutes
    settled = min(SETTLED, minutes / 2)
    with community.copied() as data, sides.perch(data) as perch:
        asked = mixed(community)
        began = time.monotonic()
        looks: list[tuple[float, float]] = []
        refused = 0
        while (passed := (time.monotonic() - began) / 60) < minutes:
            load = attempt(perch.url, asked, seconds=STRETCH)
            refused += load.refused + load.broken
            looks.append((passed, resident(perch)))
            if len(looks) % 12 == 1:
                stage.say(f"{passed:.0f} of {minutes:g} minutes, {looks[-1][1]:.0f} MiB")
    first = median([mib for minute, mib in looks if minute >= settled][:5])
    last = median([mib for _, mib in looks][-5:])
    slope = slope_of([look for look in looks if look[0] >= settled]) * 60 / first
    ratio = last / first
    # A short run says nothing about an hour's slope.
    is_long = minutes >= 2 * SETTLED
    steady = slope <= SLOPE or not is_long
    return [
        Row(
            f"memory after {minutes:g} minutes of mixed load",
            f"after {settled:g} min",
            f"<= {GROWTH}x, no upward slope",
            f"{number(ratio)}x ({last:.0f} MiB against {first:.0f} MiB), "
            + (f"{slope:+.1%} an hour" if is_long else "too short for a slope"),
            ratio <= GROWTH and steady and refused == 0,
            [f"Perch's own processes; {refused} answers were not what they should be"],
        )
    ]


def mixed(community: Community) -> list[Call]:
    """Every kind of page, and one write in ten, in an order that looks random but is always the same."""
    kinds = [*growth.pages(community).values(), calls.reading(calls.ME, community.keys)]
    chance = random.Random(1)
    reads = [chance.choice(kind) for kind in kinds for _ in range(200)]
    tweets = range(community.tweets - 500, community.tweets)
    writes = calls.publishing(community.keys[:100]) + calls.liking(community.keys[:100], tweets)
    return chance.sample(reads + writes, len(reads) + len(writes))


def resident(perch: Side) -> float:
    """The memory of Perch's own processes in MiB; PostgreSQL's grow to their configured size."""
    return sides.memory([pid for pid in perch.family() if not sides.is_server(pid)])


def slope_of(points: list[tuple[float, float]]) -> float:
    """The slope of the best fitting line, in MiB a minute."""
    count = len(points)
    x_mean, y_mean = sum(x for x, _ in points) / count, sum(y for _, y in points) / count
    spread = sum((x - x_mean) ** 2 for x, _ in points)
    return sum((x - x_mean) * (y - y_mean) for x, y in points) / spread if spread else 0.0
