"""Which copies of PostgreSQL's programs are used."""

from __future__ import annotations

import pytest

from config import programs


def test_programs_without_tls_are_not_used_for_a_database_that_needs_it() -> None:
    """The wheel's programs are built without TLS; Debian's support it."""
    wheel = programs.in_wheel()
    for folder in programs.clients().values():
        assert programs.speak_tls(folder) is (folder not in wheel.values())
    newest = max(wheel)
    assert programs.clients_for(newest) == wheel[newest]
    if all(folder in wheel.values() for major, folder in programs.clients().items() if major >= newest):
        words = rf"pg_dump {newest} or newer that speaks TLS is needed .* install postgresql-client-{newest}"
        with pytest.raises(LookupError, match=words):
            programs.clients_for(newest, tls=True)
