"""What S3 servers of other makes do not take, learnt from how they refuse it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import structlog
from botocore.exceptions import ClientError

from heaters.storage.s3_errors import error_code, is_of_service

_log = structlog.get_logger(__name__)

_UNKNOWN = {"NotImplemented", "MethodNotAllowed", "501", "405"}
_GONE = {"NoSuchKey", "NotFound", "404"}
_DELETES_ONE_BY_ONE = _UNKNOWN | {"MissingContentMD5", "InvalidArgument", "InvalidRequest"}


class Dialect:
    """Sends what some servers refuse, and leaves it out from then on where one has.

    Nothing that matters is lost by it: a storage class only says where an object is cheap to keep,
    and keys end in a token, so that no put needs its condition.
    """

    def __init__(self, client: Any, *, adapts_classes: bool) -> None:
        """Speak through ``client``; AWS itself knows every class, so there a wrong one is told."""
        self._client = client
        self._adapts_classes = adapts_classes
        self._takes_classes = self._takes_conditions = self._deletes_many = True
        self._lists_uploads = True

    def left_out(self) -> list[str]:
        """Return in words what the server has refused so far, and what is done instead."""
        words = {
            "storage classes (all objects get its own)": self._takes_classes,
            "conditional writes (Heaters looks first)": self._takes_conditions,
            "deletes of many objects (Heaters deletes one by one)": self._deletes_many,
            "lists of unfinished uploads (give the bucket a rule)": self._lists_uploads,
        }
        return [said for said, is_taken in words.items() if not is_taken]

    def write(self, operation: Callable[..., dict[str, Any]], **request: Any) -> dict[str, Any]:
        """Put an object, begin an upload or complete one."""
        while True:
            try:
                return operation(**self._spoken(request))
            except ClientError as error:
                if not self._learns(error_code(error), request):
                    raise

    def delete(self, bucket: str, names: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Delete objects, at most as many as one request takes; give those that stay, and why."""
        if self._deletes_many:
            objects = [{"Key": name} for name in names]
            try:
                answer = self._client.delete_objects(
                    Bucket=bucket, Delete={"Objects": objects, "Quiet": True}
                )
            except ClientError as error:
                if error_code(error) not in _DELETES_ONE_BY_ONE:
                    raise
                self._deletes_many = False
            else:
                for error in answer.get("Errors", ()):
                    yield error["Key"], error.get("Message") or error.get("Code", "no reason given")
                return
        for name in names:
            try:
                self._client.delete_object(Bucket=bucket, Key=name)
            except ClientError as error:
                if is_of_service(error):
                    raise
                if error_code(error) not in _GONE:
                    details = error.response.get("Error", {})
                    yield name, details.get("Message") or error_code(error) or "no reason given"

    def uploads(self, bucket: str, prefix: str) -> Iterator[dict[str, Any]]:
        """Go through the unfinished uploads; a server that does not list them has none to show."""
        pages = self._client.get_paginator("list_multipart_uploads").paginate(
            Bucket=bucket, Prefix=prefix
        )
        try:
            for page in pages:
                yield from page.get("Uploads", ())
        except ClientError as error:
            if error_code(error) not in _UNKNOWN:
                raise
            self._lists_uploads = False

    def _spoken(self, request: dict[str, Any]) -> dict[str, Any]:
        left_out: set[str] = set()
        if not self._takes_classes or request.get("StorageClass") == "STANDARD":
            left_out.add("StorageClass")
        if not self._takes_conditions:
            left_out.add("IfNoneMatch")
            if "IfNoneMatch" in request:
                self._require_free(request)
        return {name: value for name, value in request.items() if name not in left_out}

    def _require_free(self, request: dict[str, Any]) -> None:
        """Refuse to overwrite as a server would that takes conditions, but for a race."""
        try:
            self._client.head_object(Bucket=request["Bucket"], Key=request["Key"])
        except ClientError as error:
            if error_code(error) in ("404", "NoSuchKey", "NotFound"):
                return
            raise
        answer: Any = {"Error": {"Code": "PreconditionFailed", "Message": "it exists"}}
        raise ClientError(answer, "PutObject")

    def _learns(self, code: str, request: dict[str, Any]) -> bool:
        """Tell whether the request is worth another try without what was refused."""
        if code in _UNKNOWN and "IfNoneMatch" in request and self._takes_conditions:
            self._takes_conditions = False
            return True
        storage_class = request.get("StorageClass", "STANDARD")
        if code == "InvalidStorageClass" and self._adapts_classes and self._takes_classes:
            _log.warning("the S3 server refuses the storage class", storage_class=storage_class)
            self._takes_classes = False
            return storage_class != "STANDARD"
        return False
