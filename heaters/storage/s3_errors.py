"""What S3 and botocore say, as errors of ours that say what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
    ProfileNotFound,
)

from heaters.domain.errors import (
    ExternalFailure,
    HeatersError,
    InvalidConfiguration,
    NotFound,
)
from heaters.storage.errors import ObjectArchived, ObjectExists

_MISSING = {"404", "NoSuchKey", "NotFound"}
_REFUSED = {
    "401",
    "403",
    "AccessDenied",
    "InvalidAccessKeyId",
    "NoSuchBucket",
    "SignatureDoesNotMatch",
}
_OF_SERVICE = (_REFUSED - {"403", "AccessDenied"}) | {
    "AuthorizationHeaderMalformed",
    "ExpiredToken",
    "InvalidToken",
    "PermanentRedirect",
    "RequestTimeTooSkewed",
    "ServiceUnavailable",
    "SlowDown",
    "503",
}
# What an answer has if it came whole: one whose head was cut off reads as an empty list or object.
_ALWAYS_THERE = {
    "CreateMultipartUpload": ("UploadId",),
    "GetObject": ("ETag",),
    "HeadObject": ("ContentLength", "ETag", "LastModified"),
    "ListObjectsV2": ("IsTruncated",),
    "PutObject": ("ETag",),
    "UploadPart": ("ETag",),
}
_CONDITIONAL_WRITES = {"PutObject", "CompleteMultipartUpload"}


class AnswerCutOff(BotoCoreError):
    """The connection ended within an answer's head, which then looks like a whole one."""

    fmt = "the answer to {operation} was cut off"


def refuse_half_answers(client: Any) -> None:
    """Have ``client`` raise AnswerCutOff where an answer lacks what such answers always have."""

    def check(parsed: dict[str, Any], model: Any, **_: object) -> None:
        wanted = _ALWAYS_THERE.get(model.name, ())
        if "Error" not in parsed and any(name not in parsed for name in wanted):
            raise AnswerCutOff(operation=model.name)

    client.meta.events.register("after-call.s3", check)


@contextmanager
def s3_errors(key: str, place: str) -> Iterator[None]:
    """Translate what botocore raises in the block.

    Args:
        key: the object that the block is about, or a folder.
        place: the store's address, for messages.

    Raises:
        NotFound, ObjectExists, ObjectArchived: as ``ObjectStore`` says.
        InvalidConfiguration: no such bucket or profile, no credentials, or not with these rights.
        ExternalFailure: everything else: the network, the service, an answer nobody expected.
    """
    try:
        yield
    except ClientError as error:
        raise _refusal(error, key, place) from error
    except (
        NoCredentialsError,
        ParamValidationError,
        PartialCredentialsError,
        ProfileNotFound,
    ) as error:
        raise InvalidConfiguration(f"{place}: {_one_line(error)}") from error
    except BotoCoreError as error:
        raise ExternalFailure(f"{place}: {_one_line(error)}") from error


def error_code(error: ClientError) -> str:
    """Return S3's name for the error, or the HTTP status as text where it gave none."""
    return error.response.get("Error", {}).get("Code", "")


def is_of_service(error: ClientError) -> bool:
    """Tell whether every other request would be refused as well: it is no matter of one object."""
    return error_code(error) in _OF_SERVICE


def _refusal(error: ClientError, key: str, place: str) -> HeatersError:
    code = error_code(error)
    if code in _MISSING:
        return NotFound(f"no object {key} in {place}")
    if code == "InvalidObjectState":
        details: dict[str, str] = dict(error.response.get("Error", {}))
        return ObjectArchived(key, details.get("StorageClass", "GLACIER"))
    if code == "PreconditionFailed":
        if error.operation_name in _CONDITIONAL_WRITES:
            return ObjectExists(key)
        return ExternalFailure(f"{place}: {key} was replaced while it was read")
    if code in _REFUSED:
        return InvalidConfiguration(
            f"{place}: {_one_line(error)} (check the bucket, the credentials and their rights)"
        )
    return ExternalFailure(f"{place}: {_one_line(error)}")


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
