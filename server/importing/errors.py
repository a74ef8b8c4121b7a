"""Errors that stop an import; each text is one line for the operator."""

from __future__ import annotations


class ImportRefused(Exception):
    """The import is not possible in this state: this run wrote nothing beyond the batches it had finished."""


class SourceUnusable(ImportRefused):
    """The old database does not respond, or is not one of the first implementation."""
