"""A bare receiver as most are written: slack_sdk's verifier and a boto3 client, made at import."""

import os
from typing import Any

import boto3
from slack_sdk.signature import SignatureVerifier

verifier = SignatureVerifier(os.environ["SLACK_SIGNING_SECRET"])
client = boto3.client("lambda")


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    if not verifier.is_valid_request(event["body"], event["headers"]):
        return {"statusCode": 401}
    answer = client.invoke(
        FunctionName=os.environ["VERA_WORKER_FUNCTION"], InvocationType="Event", Payload=event["body"].encode()
    )
    return {"statusCode": 200 if answer["StatusCode"] == 202 else 503}
