"""The first Lambda's way in: all it does is in `vera.receiver`."""

from vera.receiver import handler  # noqa: F401 - Lambda finds it here
