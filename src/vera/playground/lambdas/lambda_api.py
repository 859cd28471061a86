"""Lambda and its HTTP front over HTTP: an HTTP API's routes, and the Invoke API.

A route calls its function with API Gateway's payload 2.0 and answers what the function says; `POST
/2015-03-31/functions/<name>/invocations` takes `Event` (202 at once) and `RequestResponse` from whoever signs with the
right credentials; below a secret path, with any: what asks Bedrock has credentials of its own. Held by
`test_playground_lambda_api.py`.
"""

from __future__ import annotations

import base64
import json
import re
import uuid
from calendar import timegm
from datetime import UTC, datetime
from hmac import compare_digest
from time import strptime
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from vera.playground.lambdas.processes import ACCOUNT_ID
from vera.receiver.sigv4 import signed_headers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from vera.playground.lambdas.functions import Functions
    from vera.playground.lambdas.processes import Outcome
    from vera.playground.schedule import Time
    from vera.receiver.environment import Credentials

MOST_EVENT_BYTES = 1_048_576
MOST_REQUEST_BYTES = 6 * 1_048_576
_SIGNED = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>[^/,]+)/\d{8}/(?P<region>[^/,]+)/lambda/aws4_request,"
    r" ?SignedHeaders=(?P<headers>[^,]+), ?Signature=[0-9a-f]{64}"
)
_TEXTS = ("text/", "application/json", "application/xml", "application/javascript")


class LambdaApi:
    """The front of some functions; `app` is its ASGI application.

    `routes` maps a path to the name of the function that a POST to it calls. A function that fails answers 500, one
    that outlives its time 503, as API Gateway does. `credentials` are those that invocations have to be signed with,
    but for those whose path begins with `secret_path` (a segment, such as a token; none without one).
    """

    def __init__(
        self,
        functions: Functions,
        *,
        time: Time,
        routes: Mapping[str, str],
        credentials: Credentials,
        secret_path: str = "",
    ) -> None:
        self._credentials = credentials
        self._secret_path = secret_path
        self._functions = functions
        self._time = time
        self._routes = dict(routes)
        paths = [Route(path, self._front, methods=["POST"]) for path in self._routes]
        invoke = [
            Route(f"{before}/2015-03-31/functions/{{name}}/invocations", self._invoke, methods=["POST"])
            for before in ("", "/{secret}")
        ]
        self.app = Starlette(routes=[*paths, *invoke], exception_handlers={404: _not_found, 405: _not_found})

    async def _front(self, request: Request) -> Response:
        event = proxy_event(request, await request.body(), now=self._time.now())
        outcome = await run_in_threadpool(self._functions.invoke, self._routes[request.url.path], event)
        if outcome.status == "timeout":
            return JSONResponse({"message": "Service Unavailable"}, 503)
        if not outcome.ok:
            return JSONResponse({"message": "Internal Server Error"}, 500)
        return _answered(outcome.payload)

    async def _invoke(self, request: Request) -> Response:
        kind = request.headers.get("x-amz-invocation-type", "RequestResponse")
        body = await request.body()
        if refused := self._refusal(request, body):
            return refused
        name = request.path_params["name"]
        try:
            function = self._functions.named(name)
        except KeyError:
            return _refused(404, "ResourceNotFoundException", f"Function not found: {name}")
        most = MOST_EVENT_BYTES if kind == "Event" else MOST_REQUEST_BYTES
        if len(body) > most:
            return _refused(413, "RequestTooLargeException", f"Request must be smaller than {most} bytes")
        try:
            event = json.loads(body or b"{}")
        except ValueError:
            return _refused(400, "InvalidRequestContentException", "Could not parse request body into json")
        request_id = str(uuid.uuid4())
        if kind == "Event":
            request_id = self._functions.invoke_later(function.name, event)
            return Response(status_code=202, headers={"x-amzn-requestid": request_id})
        outcome = await run_in_threadpool(self._functions.invoke, function.name, event, request_id=request_id)
        return _invoked(outcome, request_id)

    def _refusal(self, request: Request, body: bytes) -> Response | None:
        secret = request.path_params.get("secret")
        if secret is None:
            return unsigned(request, body, self._credentials)
        if not self._secret_path or not compare_digest(secret.encode(), self._secret_path.encode()):
            return JSONResponse({"message": "Not Found"}, 404)
        return None if _SIGNED.fullmatch(request.headers.get("authorization", "")) else _untold()


def unsigned(request: Request, body: bytes, credentials: Credentials) -> Response | None:
    """Return AWS's refusal of a request that isn't signed with `credentials`: it is signed anew, and compared."""
    authorization = request.headers.get("authorization", "")
    signed = _SIGNED.fullmatch(authorization)
    if signed is None:
        return _untold()
    if not compare_digest(signed["key"].encode(), credentials.access_key_id.encode()):
        message = "The security token included in the request is invalid."
        return _refused(403, "UnrecognizedClientException", message)
    mismatch = _refused(
        403,
        "InvalidSignatureException",
        "The request signature we calculated does not match the signature you provided.",
    )
    try:
        now = timegm(strptime(request.headers.get("x-amz-date", ""), "%Y%m%dT%H%M%SZ"))
    except ValueError:
        return mismatch
    right = signed_headers(
        path=request.scope["raw_path"].decode("latin-1"),
        host_header=request.headers.get("host", ""),
        headers={name: request.headers.get(name, "") for name in signed["headers"].split(";")},
        body=body,
        credentials=credentials,
        region=signed["region"],
        service="lambda",
        now=now,
    )
    agrees = not request.url.query and compare_digest(right["authorization"].encode(), authorization.encode())
    return None if agrees else mismatch


def proxy_event(request: Request, body: bytes, *, now: float) -> dict[str, Any]:
    """Return a request as API Gateway's HTTP API hands it to a function: payload format 2.0.

    Header names in lower case, several of a name joined by commas; what is not plainly text is base64.
    """
    headers: dict[str, str] = {}
    for raw, value in request.headers.items():
        name = raw.lower()
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    path, method = request.url.path, request.method
    text = _text(body) if headers.get("content-type", "").startswith(_TEXTS) else None
    moment = datetime.fromtimestamp(now, UTC)
    return {
        "version": "2.0",
        "routeKey": f"{method} {path}",
        "rawPath": path,
        "rawQueryString": request.url.query,
        "headers": headers,
        "requestContext": {
            "accountId": ACCOUNT_ID,
            "apiId": "playground",
            "domainName": headers.get("host", ""),
            "domainPrefix": "playground",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": uuid.uuid4().hex[:15] + "=",
            "routeKey": f"{method} {path}",
            "stage": "$default",
            "time": moment.strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "timeEpoch": int(now * 1_000),
        },
        "body": base64.b64encode(body).decode() if text is None else text,
        "isBase64Encoded": text is None,
    }


def _text(body: bytes) -> str | None:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None


def _answered(result: Any) -> Response:
    """Return what a function's result means to API Gateway: a response, or a body alone."""
    if not isinstance(result, dict) or "statusCode" not in result:
        return Response(json.dumps(result), media_type="application/json")
    body = str(result.get("body") or "")
    content = base64.b64decode(body) if result.get("isBase64Encoded") else body.encode()
    headers = {str(name): str(value) for name, value in (result.get("headers") or {}).items()}
    return Response(content, int(result["statusCode"]), headers=headers)


def _invoked(outcome: Outcome, request_id: str) -> Response:
    if outcome.status == "throttled":
        return JSONResponse(outcome.payload, 429, headers={"x-amzn-errortype": "TooManyRequestsException"})
    headers = {"x-amzn-requestid": request_id, "x-amz-executed-version": "$LATEST"}
    if not outcome.ok:
        headers["x-amz-function-error"] = "Unhandled"
    return JSONResponse(outcome.payload, headers=headers)


def _untold() -> Response:
    return _refused(403, "MissingAuthenticationTokenException", "Missing Authentication Token")


def _refused(status: int, kind: str, message: str) -> Response:
    return JSONResponse({"Type": "User", "message": message}, status, headers={"x-amzn-errortype": kind})


async def _not_found(_: Request, __: Exception) -> Response:
    return JSONResponse({"message": "Not Found"}, 404)
