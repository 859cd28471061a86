"""Vera's receiver, as its Lambda has it."""

from vera.receiver import handler

__all__ = ["handler"]
