"""A Lambda's life: import a contender, answer one request, say so on stderr; answer N more, say how long each took.

Run as a script: `first_answer.py CONTENDER N`, the event marshalled on stdin: marshal is built in, so it costs no
contender an import.
"""

import marshal
import sys
import time


class Context:
    """What Lambda passes beside the event."""

    aws_request_id = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"
    function_name = "vera-worker"
    invoked_function_arn = "vera-worker"


def main() -> None:
    event = sys.stdin.buffer.read()
    contender = __import__(sys.argv[1])
    answer = contender.handler(marshal.loads(event), Context())  # noqa: S302 - the bench wrote it
    sys.stderr.write(f"{answer['statusCode']}\n")
    sys.stderr.flush()
    took = []
    for _ in range(int(sys.argv[2])):
        fresh = marshal.loads(event)  # noqa: S302 - Bolt's adapter writes into what it gets
        began = time.perf_counter()
        answer = contender.handler(fresh, Context())
        took.append(time.perf_counter() - began)
        if answer["statusCode"] != 200:
            raise SystemExit(f"{sys.argv[1]} answered {answer['statusCode']}")
    sys.stderr.write(" ".join(f"{seconds * 1e6:.1f}" for seconds in took))


main()
