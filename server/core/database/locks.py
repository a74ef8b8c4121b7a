"""The advisory locks of this application, all in one place, so that no two mean the same."""

from __future__ import annotations

from enum import IntEnum, unique


@unique
class AdvisoryLock(IntEnum):
    """Any numbers, as long as they stay the same: processes of two versions may run at once."""

    MIGRATIONS = 7_237_100_001
    DEMO_USERS = 7_237_100_002
    CLAIMS = 7_237_100_003
    DRILLS = 7_237_100_004
    RESTORES = 7_237_100_005
    RELAY = 7_237_100_006
    TURNS = 7_237_100_007  # with the id of a user
    IMPORTS = 7_237_100_008
