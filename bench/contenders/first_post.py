"""A worker's first invocation: import a contender and hand it one event.

Run as a script: `first_post.py CONTENDER`, the event marshalled on stdin: marshal is built in, so it costs no contender
an import. Nobody waits for its end: what is measured is when its first post reaches Slack.
"""

import marshal
import sys


class Context:
    """What Lambda passes beside the event."""

    aws_request_id = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"
    function_name = "vera-worker"

    def get_remaining_time_in_millis(self) -> int:
        """Return what a function has at the most."""
        return 900_000


event = marshal.loads(sys.stdin.buffer.read())  # noqa: S302 - the bench wrote it
__import__(sys.argv[1]).handler(event, Context())
