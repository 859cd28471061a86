"""AWS's Signature Version 4, for a POST without a query: all that the receiver's two calls need.

Invariant: the headers equal botocore's `SigV4Auth` for the same request. Proved over many requests by
tests/unit/receiver/test_receiver_sigv4.py.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from urllib.parse import quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from vera.receiver.environment import Credentials


def signed_headers(
    *,
    path: str,
    host_header: str,
    headers: Mapping[str, str],
    body: bytes,
    credentials: Credentials,
    region: str,
    service: str,
    now: float,
) -> dict[str, str]:
    """Return the headers to send, in lower case: `headers`, host, date, session token and authorization.

    `path` is as it will be sent (quoted once); it is signed quoted once more, which is how every service but S3 reads
    it: an ARN's colon is `%3A` on the wire and `%253A` under the signature.
    """
    moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    complete = {name.lower(): value for name, value in headers.items()}
    complete["host"] = host_header
    complete["x-amz-date"] = moment
    if credentials.session_token:
        complete["x-amz-security-token"] = credentials.session_token
    names = sorted(complete)
    signed = ";".join(names)
    lines = "".join(f"{name}:{' '.join(complete[name].split())}\n" for name in names)
    canonical = f"POST\n{quote(path, safe='/~')}\n\n{lines}\n{signed}\n{hashlib.sha256(body).hexdigest()}"

    scope = f"{moment[:8]}/{region}/{service}/aws4_request"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    key = b"AWS4" + credentials.secret_access_key.encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{digest}".encode(), "sha256").hex()
    signer = f"{credentials.access_key_id}/{scope}"
    complete["authorization"] = f"AWS4-HMAC-SHA256 Credential={signer}, SignedHeaders={signed}, Signature={signature}"
    return complete
