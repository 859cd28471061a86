"""What the worker of a playground is given of this machine's environment, and what not.

Its settings and its ways to AWS are those of whoever starts it; its Slack, its turns and its receiver are the
playground's, whatever a deployment's variables say. Held by `tests/unit/playground/test_playground_surroundings.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vera.settings import EMBEDDED, FOLDER

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["in_region", "surroundings"]

_PASSED_ON = ("AWS_", "VERA_")
_PROXIES = {"ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"}
_CERTIFICATES = {"REQUESTS_CA_BUNDLE", "SSL_CERT_DIR", "SSL_CERT_FILE"}
_A_DEPLOYMENTS = {"VERA_SLACK_API_URL", "VERA_SLACK_SECRET_ID", "VERA_TABLE", "VERA_WORKER_FUNCTION"}
_LAMBDAS = ("AWS_LAMBDA_", "AWS_EXECUTION_ENV")
_LOOPBACK = "127.0.0.1,localhost"


def surroundings(
    environment: Mapping[str, str], *, database: Path, docs: Path | None = None, model: str = ""
) -> dict[str, str]:
    """Return the worker's environment, which `Settings.from_environment` reads too.

    The embedded model answers unless `model` or the environment names another one; `docs` stands for the knowledge
    bases of the environment.
    """
    chosen = {name: value for name, value in environment.items() if value.strip() and _is_passed_on(name)}
    chosen = {"VERA_MODEL_ID": EMBEDDED} | chosen | {"VERA_DATABASE": str(database)}
    if model:
        chosen["VERA_MODEL_ID"] = model
    if docs is not None:
        chosen["VERA_KNOWLEDGE_BASE_IDS"] = f"{FOLDER}{docs}"
    for name in ("NO_PROXY", "no_proxy"):  # Slack is on loopback here
        chosen[name] = ",".join(filter(None, (environment.get(name), _LOOPBACK)))
    return chosen


def in_region(region: str) -> dict[str, str]:
    """Return what has a worker ask AWS there, where the playground's Lambda would set a region of its own."""
    return {"AWS_REGION": region, "AWS_DEFAULT_REGION": region} if region else {}


def _is_passed_on(name: str) -> bool:
    if name.startswith(_LAMBDAS) or name in _A_DEPLOYMENTS:
        return False
    return name.startswith(_PASSED_ON) or name == "HOME" or name.upper() in _PROXIES | _CERTIFICATES
