"""Clients that are made quickly behave as boto3's would."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import EndpointConnectionError, SSOTokenLoadError
from botocore.loaders import Loader
from botocore.session import Session

from fakes.aws import closed_port
from vera.aws.clients import Clients, _FileLoader
from vera.errors import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

SERVICES = ["bedrock-agent-runtime", "bedrock-runtime", "dynamodb", "lambda", "secretsmanager", "sqs"]


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """Begin with no more than a pair of keys."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_DATA_PATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return monkeypatch


def facts(client: Any) -> dict[str, Any]:
    return {
        "endpoint": client.meta.endpoint_url,
        "region": client.meta.region_name,
        "partition": client.meta.partition,
        "api": client.meta.service_model.api_version,
        "signing": (client.meta.service_model.signing_name, client.meta.config.signature_version),
        "operations": list(client.meta.service_model.operation_names),
    }


@pytest.mark.parametrize(
    ("service", "region"),
    [
        *((service, "eu-central-1") for service in SERVICES),
        ("dynamodb", "us-gov-west-1"),
        ("dynamodb", "cn-north-1"),
    ],
)
def test_a_client_is_as_botocore_makes_it(environment: pytest.MonkeyPatch, service: str, region: str):
    environment.setenv("AWS_DEFAULT_REGION", region)
    expected = Session().create_client(service)

    client = Clients().create(service)

    assert facts(client) == facts(expected)
    client.close()
    expected.close()


@pytest.mark.parametrize(
    ("variables", "argument", "region"),
    [
        ({"AWS_REGION": "eu-west-1"}, "", "eu-west-1"),
        ({"AWS_DEFAULT_REGION": "eu-west-2", "AWS_REGION": "eu-west-1"}, "", "eu-west-2"),
        ({"AWS_REGION": "eu-west-1"}, "us-west-2", "us-west-2"),
    ],
    ids=["Lambda's variable", "boto3's variable first", "a region of its own"],
)
def test_the_region_is_found(environment: pytest.MonkeyPatch, variables: dict[str, str], argument: str, region: str):
    for name, value in variables.items():
        environment.setenv(name, value)

    client = Clients().create("dynamodb", region=argument)

    assert client.meta.region_name == region
    client.close()


def test_the_region_is_found_in_the_configuration_file_too(tmp_path: Path):
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text("[default]\nregion = eu-north-1\n")

    client = Clients().create("dynamodb")

    assert client.meta.region_name == "eu-north-1"
    client.close()


@pytest.mark.parametrize("variable", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB"])
def test_endpoints_of_the_environment_are_used(environment: pytest.MonkeyPatch, variable: str):
    environment.setenv("AWS_REGION", "eu-west-1")
    environment.setenv(variable, "http://127.0.0.1:4566")

    client = Clients().create("dynamodb")

    assert client.meta.endpoint_url == "http://127.0.0.1:4566"
    client.close()


def test_timeouts_and_attempts_are_the_callers(environment: pytest.MonkeyPatch):
    environment.setenv("AWS_REGION", "eu-west-1")

    client = Clients().create("dynamodb", connect_timeout_seconds=0.5, read_timeout_seconds=2, attempts=1)

    config = client.meta.config
    assert (config.connect_timeout, config.read_timeout) == (0.5, 2)
    assert config.retries == {"mode": "standard", "total_max_attempts": 1}
    client.close()


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({}, "region"),
        ({"AWS_REGION": "eu-west-1", "AWS_PROFILE": "nobody"}, "nobody"),
        ({"AWS_REGION": "not a region"}, "not a region"),
        ({"AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": "nonsense"}, "nonsense"),
    ],
    ids=["no region", "no such profile", "no region's name", "no endpoint's address"],
)
def test_an_environment_that_cannot_work_is_for_the_operator(
    environment: pytest.MonkeyPatch, variables: dict[str, str], said: str
):
    for name, value in variables.items():
        environment.setenv(name, value)

    with pytest.raises(SettingsError, match=rf"(?s)AWS: no client for dynamodb: .*{said}.*AWS_REGION"):
        Clients().create("dynamodb")


def test_models_of_ones_own_are_still_found(environment: pytest.MonkeyPatch, tmp_path: Path):
    model = Loader().load_service_model("secretsmanager", "service-2")
    folder = tmp_path / "models" / "vault" / "2026-01-01"
    folder.mkdir(parents=True)
    (folder / "service-2.json").write_text(json.dumps(model))
    environment.setenv("AWS_DATA_PATH", str(tmp_path / "models"))
    environment.setenv("AWS_REGION", "eu-west-1")

    with closed_port() as endpoint:
        environment.setenv("AWS_ENDPOINT_URL", endpoint)
        client = Clients().create("vault")

    assert hasattr(client, "get_secret_value")
    client.close()


def test_models_are_read_plain_or_zipped_and_else_not_there(tmp_path: Path):
    (tmp_path / "plain.json").write_text('{"b": 1, "a": 2}')
    (tmp_path / "zipped.json.gz").write_bytes(gzip.compress(b'{"b": 1, "a": 2}'))

    found = [_FileLoader().load_file(str(tmp_path / name)) for name in ("plain", "zipped", "missing")]

    assert [content and list(content) for content in found] == [["b", "a"], ["b", "a"], None]


PROFILES = {
    "a role": ("role_arn = arn:aws:iam::123456789012:role/dev\nsource_profile = keys\n", EndpointConnectionError),
    "a login": (
        (
            "sso_start_url = https://example.awsapps.com/start\nsso_region = eu-central-1\n"
            "sso_account_id = 123456789012\nsso_role_name = dev\n"
        ),
        SSOTokenLoadError,
    ),
}
KEYS = "[profile keys]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = secret\n"


@pytest.mark.parametrize(("profile", "error"), PROFILES.values(), ids=PROFILES)
def test_a_profile_may_have_the_session_ask_other_services(
    environment: pytest.MonkeyPatch, tmp_path: Path, profile: str, error: type[Exception]
):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        environment.delenv(name)
    environment.setenv("AWS_PROFILE", "work")
    environment.setenv("AWS_MAX_ATTEMPTS", "1")
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text(f"[profile work]\nregion = eu-central-1\n{profile}{KEYS}")
    with closed_port() as url:
        environment.setenv("AWS_ENDPOINT_URL_STS", url)
        client = Clients().create("dynamodb", attempts=1)

        with pytest.raises(error, match=url if error is EndpointConnectionError else "SSO Token"):
            client.list_tables()

    client.close()
