"""Why nothing is taken over, or no more; each text is one line for the operator."""

from __future__ import annotations


class ImportRefused(Exception):
    """It cannot be done as things are: nothing was written by this run but what was finished before."""


class SourceUnusable(ImportRefused):
    """The old database does not answer, or is not one."""
