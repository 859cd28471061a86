"""The domain: how a question becomes an answer. It imports no Slack, no AWS and no HTTP; `make check` proves it."""
