"""Lifecycle rules of a bucket: ours merged among those of others, which stay as they are.

A bucket has one list of rules, and writing it replaces all of it: so it is read, merged by the ids that begin
with ours, written, and read again. A rule here is the structure that S3's API uses.
https://docs.aws.amazon.com/AmazonS3/latest/API/API_LifecycleRule.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from storage.base import StorageError

Rule = dict[str, Any]

OURS = "perch-"

# Unfinished multipart uploads are aborted after so many days: no dump takes that long.
UNFINISHED_DAYS = 8

# Our own retention comes first, by so many days: the bucket's rules are the net below it.
SLACK_DAYS = 2


class LifecycleUnsupported(StorageError):
    """This store knows no lifecycle rules."""


@dataclass(frozen=True, slots=True)
class Merged:
    """The rules as they should be, and those of others that reach into our folders."""

    rules: Sequence[Rule]
    covering: Sequence[Rule]
    adopted: Sequence[Rule]


def rule(name: str, prefix: str, days: int | None) -> Rule:
    """A rule of ours: the objects below a prefix expire after so many days, if given, and some slack."""
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
    """A rule of ours: old versions of objects below a prefix expire so many days after they were replaced."""
    made = rule(name, prefix, None)
    made["NoncurrentVersionExpiration"] = {"NoncurrentDays": days}
    return made


def merge(
    current: Sequence[Rule], ours: Sequence[Rule], *, guarded: Sequence[str] = (), adopt: bool = False
) -> Merged:
    """Ours in the place of what we wrote before.

    Args:
        guarded: prefixes that no rule should reach, besides those of ours.
        adopt: rules of others within our folders give way.
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
    """Whether both say the same, in whatever order; but for one element, where a store does not keep that."""
    left, right = (
        [{name: value for name, value in normal(found).items() if name != but} for found in rules]
        for rules in (one, other)
    )
    return len(left) == len(right) and all(found in right for found in left)


def normal(found: Rule) -> Rule:
    """The rule with its prefix where today's API has it, and without what says nothing."""
    cleaned = {name: value for name, value in found.items() if value is not None and value != []}
    if "Prefix" in cleaned:
        cleaned["Filter"] = {"Prefix": cleaned.pop("Prefix")}
    if not cleaned.get("Filter"):
        cleaned["Filter"] = {"Prefix": ""}
    cleaned.pop("ExpirationDate", None)
    return cleaned


def prefix_of(found: Rule) -> str:
    """What the rule's objects begin with; empty for all of them."""
    chosen = normal(found)["Filter"]
    return str(chosen.get("Prefix") or chosen.get("And", {}).get("Prefix") or "")


def expires(found: Rule) -> bool:
    """Whether it removes objects. One that asks for tags or sizes does not mean ours, which have no tags."""
    chosen = found["Filter"]
    chooses = "Tag" in chosen or bool(chosen.get("And", {}).get("Tags"))
    expiration = found.get("Expiration", {})
    return found.get("Status") == "Enabled" and not chooses and bool({"Days", "Date"} & expiration.keys())


def meets(found: Rule, prefix: str) -> bool:
    """Whether some object can be below both prefixes."""
    other = prefix_of(found)
    return other.startswith(prefix) or prefix.startswith(other)
