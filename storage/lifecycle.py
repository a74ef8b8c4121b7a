"""Lifecycle rules of a bucket: ours are merged into other people's, which stay unchanged.

A bucket has one list of rules, and writing replaces the whole list. So we read it, replace the rules whose
ids begin with our prefix, write it, and read it again. Rules have the structure that S3's API uses.
https://docs.aws.amazon.com/AmazonS3/latest/API/API_LifecycleRule.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from storage.base import StorageError

Rule = dict[str, Any]

OURS = "perch-"

# The days after which unfinished multipart uploads are aborted: no dump takes that long.
UNFINISHED_DAYS = 8

# How many days later the bucket's rules act than our own retention, for which they are a safety net.
SLACK_DAYS = 2


class LifecycleUnsupported(StorageError):
    """This store does not support lifecycle rules."""


@dataclass(frozen=True, slots=True)
class Merged:
    """The rules as they should be, and other people's rules that reach into our folders."""

    rules: Sequence[Rule]
    covering: Sequence[Rule]
    adopted: Sequence[Rule]


def rule(name: str, prefix: str, days: int | None) -> Rule:
    """A rule of ours: objects with this prefix expire after `days` (unless None) plus SLACK_DAYS."""
    made: Rule = {
        "ID": OURS + name,
        "Status": "Enabled",
        "Filter": {"Prefix": prefix},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": UNFINISHED_DAYS},
    }
    if days is not None:
        made["Expiration"] = {"Days": days + SLACK_DAYS}
    return made


def rule_for_versions(name: str, prefix: str, days: int) -> Rule:
    """A rule of ours: old versions of objects with this prefix expire `days` after they were replaced."""
    made = rule(name, prefix, None)
    made["NoncurrentVersionExpiration"] = {"NoncurrentDays": days}
    return made


def merge(
    current: Sequence[Rule], ours: Sequence[Rule], *, guarded: Sequence[str] = (), adopt: bool = False
) -> Merged:
    """Replace the rules that we wrote before with ours.

    Args:
        guarded: prefixes that no rule should reach, in addition to those of our rules.
        adopt: whether to drop other people's rules within our folders.
    """
    names = {own["ID"] for own in ours}
    foreign = [normal(found) for found in current if found.get("ID") not in names]
    prefixes = [*(prefix_of(own) for own in ours), *guarded]
    covering = [found for found in foreign if expires(found) and any(meets(found, p) for p in prefixes)]
    folders = tuple(prefix.split("/")[0] + "/" for prefix in prefixes)
    within = [found for found in covering if prefix_of(found).startswith(folders)]
    adopted = within if adopt else []
    kept = [found for found in foreign if found not in adopted]
    return Merged(kept + [normal(own) for own in ours], [c for c in covering if c not in adopted], adopted)


def same(one: Sequence[Rule], other: Sequence[Rule], *, but: str = "") -> bool:
    """Whether both are equivalent in any order, ignoring the element `but`, which some stores don't keep."""
    left, right = (
        [{name: value for name, value in normal(found).items() if name != but} for found in rules]
        for rules in (one, other)
    )
    return len(left) == len(right) and all(found in right for found in left)


def normal(found: Rule) -> Rule:
    """The rule with its prefix where today's API puts it, and without elements that have no effect."""
    cleaned = {name: value for name, value in found.items() if value is not None and value != []}
    if "Prefix" in cleaned:
        cleaned["Filter"] = {"Prefix": cleaned.pop("Prefix")}
    if not cleaned.get("Filter"):
        cleaned["Filter"] = {"Prefix": ""}
    cleaned.pop("ExpirationDate", None)
    return cleaned


def prefix_of(found: Rule) -> str:
    """The prefix of the rule's objects; empty if it applies to all."""
    chosen = normal(found)["Filter"]
    return str(chosen.get("Prefix") or chosen.get("And", {}).get("Prefix") or "")


def expires(found: Rule) -> bool:
    """Whether it removes objects of ours. Rules that select by tags don't count: our objects have none."""
    chosen = found["Filter"]
    chooses = "Tag" in chosen or bool(chosen.get("And", {}).get("Tags"))
    expiration = found.get("Expiration", {})
    return found.get("Status") == "Enabled" and not chooses and bool({"Days", "Date"} & expiration.keys())


def meets(found: Rule, prefix: str) -> bool:
    """Whether an object can have both prefixes."""
    other = prefix_of(found)
    return other.startswith(prefix) or prefix.startswith(other)
