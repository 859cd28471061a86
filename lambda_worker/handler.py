"""The worker: Lambda's way into `vera.worker`."""

from vera.worker import handler  # noqa: F401 - Lambda finds it here
