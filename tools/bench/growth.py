"""Pages as the data grows: 10k, 100k, and a million tweets; warm, and cold with a server without cache."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from typing import TypeAlias
from urllib.parse import quote

from server.generate import texts
from tools.bench import calls, sides
from tools.bench.load import WARM_UP, Call, Load, in_turn, press, typical
from tools.bench.row import Row
from tools.bench.sides import Side
from tools.bench.stage import Community, Stage
from tools.bench.statements import counted
from tools.measuring.figures import number

# Requests come one after the other, so that times measure the work and not a queue. Rounds are short, because
# there are many.
CONNECTIONS, SECONDS = 1, 1

GROWTH, DEEP = 1.3, 1.2

# The number of requests over which queries are counted. Queries that look up a key are recognised by their
# table.
COUNTED, KEYS = 20, " api_keys "

# How many tweets back a deep page is.
BACK = 100_000

COLD = {"CACHE_MB": "0"}

# The rounds, by kind of page and size.
Times: TypeAlias = dict[str, dict[str, list[Load]]]


def pages(community: Community) -> dict[str, list[Call]]:
    """Every kind of page, for the users and tweets with the largest one."""
    author = f"/api/users/{community.busiest_author}"
    tweet = f"/api/tweets/{community.most_liked_tweet}"
    everybody = {
        "All": calls.FIRST_PAGE,
        "All, deep": f"{calls.FIRST_PAGE}&before={community.tweets // 2}",
        "tweets of the busiest author": f"{author}/tweets?likers=0",
        "pictures of the busiest author": f"{author}/media?likers=0",
        "likes of the busiest author": f"{author}/likes?likers=0",
        "followers of the busiest author": f"{author}/followers",
        "the busiest author": author,
        "the most liked tweet": tweet,
        "likers of the most liked tweet": f"{tweet}/likes",
        "the most used hashtag": f"/api/hashtags/{texts.HASHTAGS[0]}/tweets?likers=0",
        "the least used hashtag": f"/api/hashtags/{quote(texts.HASHTAGS[-1])}/tweets?likers=0",
    }
    found = {name: calls.reading(path, community.keys) for name, path in everybody.items()}
    found["Following, 300 people"] = following(community)
    return found


def following(community: Community) -> list[Call]:
    """Pages of users who follow many others."""
    return calls.reading(calls.FOLLOWING, [reader.key for reader in community.readers])


def timelines(stage: Stage) -> list[Row]:
    """Each kind of page at each size alternately, first warm and then cold."""
    warm, cold = at_all_sizes(stage, {}), at_all_sizes(stage, COLD)
    queries = of_cold_pages(stage)
    times = {"warm": warm, "cold": cold}
    typically, where = worst(stage, times, lambda loads: typical(loads).p99)
    at_best, best_where = worst(stage, times, lambda loads: min(load.p99 for load in loads))
    uneven = [kind for kind, by_size in queries.items() if len(set(by_size.values())) > 1]
    return [
        Row(
            f"any timeline page, warm and cold, at {', '.join(stage.sizes)} tweets",
            f"itself at {stage.sizes[0]}",
            f"p99 <= {GROWTH}x, same number of queries",
            f"at most {number(typically)}x ({where}); queries "
            + (f"differ: {', '.join(uneven)}" if uneven else "the same"),
            typically <= GROWTH and not uneven,
            [
                f"of the rounds that were disturbed least: at most {number(at_best)}x ({best_where})",
                *(
                    f"{kind}: warm {shown(warm[kind])}; cold {shown(cold[kind])}; queries {queries[kind]}"
                    for kind in cold
                ),
            ],
        )
    ]


def worst(
    stage: Stage, times: Mapping[str, Times], p99: Callable[[Sequence[Load]], float]
) -> tuple[float, str]:
    """The largest growth of any page's p99, and which page it is."""
    smallest, *larger = stage.sizes
    return max(
        (p99(by_size[size]) / p99(by_size[smallest]), f"{kind}, {name}, {size}")
        for name, found in times.items()
        for kind, by_size in found.items()
        for size in larger
    )


def at_all_sizes(stage: Stage, settings: Mapping[str, str]) -> Times:
    """The rounds of each kind of page at each size."""
    with ExitStack() as stack:
        communities = {size: stage.community(size) for size in stage.sizes}
        servers = {
            size: stack.enter_context(sides.perch(community.folder, **settings))
            for size, community in communities.items()
        }
        asked = {size: pages(community) for size, community in communities.items()}
        times: Times = {}
        for kind in asked[stage.sizes[0]]:
            stage.say(f"{kind}, {'cold' if settings else 'warm'}")
            all_sides = list(servers.values())
            found = in_turn(
                {
                    size: sides.alone(side, all_sides, partial(gently, side, asked[size][kind]))
                    for size, side in servers.items()
                },
                stage.rounds + 1,
            )
            times[kind] = {size: loads[1:] for size, loads in found.items()}  # the first round warms up
    return times


def of_cold_pages(stage: Stage) -> dict[str, dict[str, float]]:
    """Queries per request by kind of page and size, without those that look up the key.

    A process makes those once for each key, and chance decides which process gets a request.
    """
    found: dict[str, dict[str, float]] = {}
    for size in stage.sizes:
        community = stage.community(size)
        with sides.perch(community.folder, **COLD) as perch:
            for kind, asked in pages(community).items():
                few = asked[:COUNTED]
                press(perch.url, few, seconds=WARM_UP)  # by now connections are open and statements prepared
                texts = [text for text in counted(community.folder, perch.url, few) if KEYS not in text]
                found.setdefault(kind, {})[size] = len(texts) / len(few)
    return found


def gently(side: Side, asked: list[Call]) -> Load:
    """A round whose times only measure the work."""
    return press(side.url, asked, seconds=SECONDS, connections=CONNECTIONS)


def shown(by_size: Mapping[str, Sequence[Load]]) -> str:
    """The times at each size."""
    middle = {size: typical(loads) for size, loads in by_size.items()}
    return ", ".join(f"{size} p50 {load.p50:.2f} p99 {load.p99:.2f} ms" for size, load in middle.items())


def deep_page(stage: Stage) -> list[Row]:
    """A page far back and one at the top, alternately, on the largest database."""
    community = stage.community(stage.sizes[-1])
    back = min(BACK, community.tweets * 9 // 10)
    top = calls.reading(calls.FIRST_PAGE, community.keys)
    deep = [
        Call("GET", f"{calls.FIRST_PAGE}&before={community.tweets - back - 17 * place}", key)
        for place, key in enumerate(community.keys[:500])
    ]
    with sides.perch(community.folder, **COLD) as perch:
        found = in_turn(
            {
                "deep": partial(gently, perch, deep),
                "top": partial(gently, perch, top),
            },
            stage.rounds + 1,
        )
    far, near = typical(found["deep"][1:]), typical(found["top"][1:])
    ratio = far.p50 / near.p50
    return [
        Row(
            f"a deep page ({back:,} tweets back)",
            "the first page, cold",
            f"<= {DEEP}x",
            f"{number(ratio)}x (p50 {far.p50:.2f} ms against {near.p50:.2f} ms)",
            ratio <= DEEP,
            [f"at {stage.sizes[-1]} tweets; p99 {far.p99:.2f} ms against {near.p99:.2f} ms"],
        )
    ]
