"""The first Lambda, whole: verify Slack's signature, decide, hand over to the worker, answer.

The way of a request: `environment` (what is set) ▸ `signature` (is it Slack) ▸ `request` (what is it) ▸ `classify`
(does Vera act on it) ▸ `aws` (`sigv4` over a kept `connection`) ▸ an answer; `receive` is that story, `logs` what it
leaves behind.

Its cold start is a person's wait, so it imports the standard library alone, and little of that (no http.client, which
brings `email`; no dataclasses, typing or logging): tests/unit/receiver/test_receiver_imports.py holds it to that, and
`python -m bench.receiver` measures it.
"""

from vera.receiver.receive import Receiver, handler

__all__ = ["Receiver", "handler"]
