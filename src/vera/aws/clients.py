"""botocore's clients, made quickly: a person waits while the first one is made.

Three things make `boto3.client` slow from cold, and none of them is needed: boto3 itself, a look into each of the 440
folders of botocore's services to learn which ones there are, and an ordered dictionary for each object in a megabyte of
JSON. Leaving them out by botocore's own doors (a session, a `Loader`, its `file_loader`) makes a DynamoDB client 2.5
times as quick. The invariant: a client behaves as boto3's would, environment and configuration files included;
`tests/unit/aws/test_clients.py` compares the two.
"""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from threading import Lock
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError
from botocore.loaders import JSONFileLoader, Loader
from botocore.session import Session

from vera.errors import SettingsError

__all__ = ["Clients"]

_OF_CREDENTIALS = frozenset({"signin", "sso", "sso-oidc", "sts"})
"""Whom the session asks by itself, where a profile takes on a role or logs in."""


class Clients:
    """One botocore session for the process: its clients share models, endpoints and credentials.

    Region, endpoints (`AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_<SERVICE>`) and credentials are found by boto3's rules,
    and the region in `AWS_REGION` too, which Lambda sets and botocore alone does not read.
    """

    def __init__(self) -> None:
        """Look at nothing yet: the first client reads the environment."""
        self._lock = Lock()
        self._session = Session()
        self._services = set(_OF_CREDENTIALS)

    def create(
        self,
        service: str,
        *,
        region: str = "",
        connect_timeout_seconds: float = 1.0,
        read_timeout_seconds: float = 3.0,
        attempts: int = 3,
        connections: int = 10,
    ) -> Any:
        """Make a client of `service` (botocore's name for it), safe to be used from several threads.

        `attempts` counts the first one. `region` is for services that live in another one than the rest. Raises
        `SettingsError` where the environment names no region, or half of a pair of keys, a profile that isn't there
        or an endpoint that is none.
        """
        config = Config(
            connect_timeout=connect_timeout_seconds,
            read_timeout=read_timeout_seconds,
            retries={"mode": "standard", "total_max_attempts": attempts},
            max_pool_connections=connections,
            tcp_keepalive=True,
            user_agent_extra="lib/vera",
        )
        region_name = region or os.environ.get("AWS_DEFAULT_REGION") or os.environ.get("AWS_REGION") or None
        with self._lock:  # making clients is the one thing that a session does not do from several threads
            try:
                self._expect(service)
                return self._session.create_client(service, region_name=region_name, config=config)
            except (BotoCoreError, ValueError) as error:  # ValueError: an endpoint that is no URL
                raise SettingsError(
                    f"AWS: no client for {service}: {error} "
                    "Set AWS_REGION, credentials (a role, AWS_PROFILE or AWS_ACCESS_KEY_ID with its secret) and, "
                    "where another address than AWS's is meant, AWS_ENDPOINT_URL."
                ) from error

    def _expect(self, service: str) -> None:
        """Let the quick loader know of `service`, unless the environment names models of its own."""
        if self._services == _OF_CREDENTIALS and self._session.get_config_variable("data_path") is None:
            self._session.register_component("data_loader", _Loader(self._services))
        self._services.add(service)


class _Loader(Loader):  # type: ignore[misc]  # botocore ships no types
    """Knows which services are wanted, and does not look which others there are."""

    def __init__(self, services: set[str]) -> None:
        super().__init__(file_loader=_FileLoader())
        self._services = services

    def list_available_services(self, type_name: str) -> list[str]:
        return sorted(self._services)


class _FileLoader(JSONFileLoader):  # type: ignore[misc]  # botocore ships no types
    """Reads models into plain dictionaries, which keep their order and take a third of the time."""

    def load_file(self, file_path: str) -> Any:
        plain, zipped = Path(f"{file_path}.json"), Path(f"{file_path}.json.gz")
        if plain.is_file():
            return json.loads(plain.read_bytes())
        if zipped.is_file():
            return json.loads(gzip.decompress(zipped.read_bytes()))
        return None
