"""The advisory locks of this application, all in one place so that no number is used twice."""

from __future__ import annotations

from enum import IntEnum, unique


@unique
class AdvisoryLock(IntEnum):
    """The numbers are arbitrary but must never change, as processes of two versions may run at once."""

    MIGRATIONS = 7_237_100_001
    DEMO_USERS = 7_237_100_002
    CLAIMS = 7_237_100_003
    DRILLS = 7_237_100_004
    RESTORES = 7_237_100_005
    RELAY = 7_237_100_006
    TURNS = 7_237_100_007  # combined with a user's id
    IMPORTS = 7_237_100_008
