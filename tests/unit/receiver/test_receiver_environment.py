"""The receiver's settings: all problems at once, and AWS's addresses as botocore finds them."""

import botocore.session
import pytest

from vera.receiver.environment import Endpoint, Environment, WrongSettings

GOOD = {"SLACK_SIGNING_SECRET": "s", "VERA_WORKER_FUNCTION": "w", "AWS_REGION": "eu-central-1"}


def test_every_wrong_variable_is_named_in_one_sentence_with_what_would_be_right():
    variables = {
        "AWS_ENDPOINT_URL_LAMBDA": "localhost:4566",
        "AWS_ENDPOINT_URL": "ftp://x",
        "SLACK_SIGNING_SECRET": " ",
    }

    with pytest.raises(WrongSettings) as raised:
        Environment(variables)

    sentence = str(raised.value)
    for name in (
        "SLACK_SIGNING_SECRET or VERA_SLACK_SECRET_ID",
        "VERA_WORKER_FUNCTION",
        "AWS_REGION",
        "AWS_ENDPOINT_URL_LAMBDA",
        "AWS_ENDPOINT_URL:",
    ):
        assert sentence.count(name) == 1


@pytest.mark.parametrize("variable", ["SLACK_SIGNING_SECRET", "VERA_WORKER_FUNCTION", "AWS_REGION"])
def test_one_wrong_variable_is_named_alone(variable: str):
    with pytest.raises(WrongSettings, match=variable) as raised:
        Environment(GOOD | {variable: ""})

    assert ";" not in str(raised.value)


@pytest.mark.parametrize("region", ["eu central", "eu/central", "é-1", "a.b", "x@y", "-"])
def test_a_region_that_is_none_is_named(region: str):
    with pytest.raises(WrongSettings, match="AWS_REGION: set it to") as raised:
        Environment(GOOD | {"AWS_REGION": region})

    assert str(raised.value).count("AWS_REGION") == 1


@pytest.mark.parametrize(
    "url",
    [
        "localhost:4566",
        "http://",
        "http://a:b@host",
        "http://host?x=1",
        "http://host#x",
        "http://host:99999",
        "http://host:x",
        "http://[::1",
        "http://host/../x",
        "http://hö.st",
        "http://ho st",
        "ws://host",
    ],
)
def test_an_endpoint_that_is_no_plain_address_is_named(url: str):
    with pytest.raises(WrongSettings, match="AWS_ENDPOINT_URL_LAMBDA: set it to an address"):
        Environment(GOOD | {"AWS_ENDPOINT_URL_LAMBDA": url})


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:4566", (False, "127.0.0.1", 4566, "127.0.0.1:4566", "")),
        ("HTTPS://Lambda.Example", (True, "lambda.example", 443, "lambda.example", "")),
        ("https://host:443/", (True, "host", 443, "host", "")),
        ("http://host:443", (False, "host", 443, "host:443", "")),
        ("https://host/a//b/./c/", (True, "host", 443, "host", "/a/b/c")),
        ("http://[::1]:8080/x", (False, "::1", 8080, "[::1]:8080", "/x")),
    ],
)
def test_an_endpoint_is_taken_apart(url: str, expected: tuple[object, ...]):
    endpoint = Endpoint(url)

    assert (endpoint.secure, endpoint.host, endpoint.port, endpoint.host_header, endpoint.base_path) == expected


@pytest.fixture(scope="module")
def botocore_session():
    session = botocore.session.Session()
    session.set_credentials("a", "b")
    return session


def regions():
    session = botocore.session.Session()
    return [
        region
        for partition in session.get_available_partitions()
        for region in session.get_available_regions("lambda", partition_name=partition)
    ]


@pytest.mark.parametrize("region", regions())
def test_the_address_of_a_region_is_botocores(region: str, botocore_session: botocore.session.Session):
    environment = Environment(GOOD | {"AWS_REGION": region})

    for service, endpoint in (
        ("lambda", environment.lambda_endpoint),
        ("secretsmanager", environment.secrets_manager_endpoint),
    ):
        client = botocore_session.create_client(service, region_name=region)
        assert client.meta.endpoint_url == f"https://{endpoint.host}"
        client.close()


ENDPOINTS = [
    {},
    {"AWS_ENDPOINT_URL": "http://all:1"},
    {"AWS_ENDPOINT_URL": "http://all:1", "AWS_ENDPOINT_URL_LAMBDA": "http://lambda:2"},
    {"AWS_ENDPOINT_URL": "http://all:1", "AWS_ENDPOINT_URL_SECRETS_MANAGER": "http://secrets:3"},
    {"AWS_ENDPOINT_URL_LAMBDA": "http://lambda:2", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"},
    {"AWS_ENDPOINT_URL_LAMBDA": "http://lambda:2", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false"},
]


@pytest.mark.parametrize("variables", ENDPOINTS)
def test_the_endpoint_variables_mean_what_they_mean_to_botocore(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    session = botocore.session.Session()
    session.set_credentials("a", "b")

    environment = Environment(GOOD | variables)

    for service, endpoint in (
        ("lambda", environment.lambda_endpoint),
        ("secretsmanager", environment.secrets_manager_endpoint),
    ):
        client = session.create_client(service, region_name=GOOD["AWS_REGION"])
        theirs = Endpoint(client.meta.endpoint_url)
        assert (endpoint.secure, endpoint.host, endpoint.port) == (theirs.secure, theirs.host, theirs.port)
        client.close()


def test_the_region_may_be_the_default_one():
    environment = Environment(GOOD | {"AWS_REGION": "", "AWS_DEFAULT_REGION": "us-east-1"})

    assert environment.region == "us-east-1"


def test_only_whole_credentials_are_credentials():
    variables = GOOD | {"AWS_ACCESS_KEY_ID": "AKID"}
    environment = Environment(variables)

    assert environment.credentials() is None
    variables["AWS_SECRET_ACCESS_KEY"] = "secret"
    assert environment.credentials().session_token == ""
