"""Vera's worker, as its Lambda has it."""

from vera.worker import handler

__all__ = ["handler"]
