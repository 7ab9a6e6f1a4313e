"""Objects in an S3 bucket, under a prefix."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from urllib3.exceptions import HTTPError

from heaters.domain.errors import ExternalFailure, InvalidConfiguration, NotFound
from heaters.storage.disk import disk_errors, publish, temporary_path
from heaters.storage.errors import NotDeleted, ObjectExists
from heaters.storage.keys import content_type, is_key, kind_of, validate_key, validate_prefix
from heaters.storage.s3_dialect import Dialect
from heaters.storage.s3_errors import error_code, refuse_half_answers, s3_errors
from heaters.storage.store import CHUNK_BYTES, MARKER, ObjectInfo, ObjectStore, OnProgress

_PART_BYTES = 8 << 20
_MAX_PARTS = 10_000  # S3's own limit
_PARTS_AT_A_TIME = 4
_MAX_KEYS_A_DELETE = 1000  # S3's own limit
_STREAM_ATTEMPTS = 4
_POOL_CONNECTIONS = 32
_ACCEPT_S = 5.0
_ANSWER_S = 30.0
_MARKER_S = 2.0  # the marker is a few bytes, and a person waits for it before anything begins

T = TypeVar("T")


class S3Store(ObjectStore):
    """A bucket of AWS or of a server that speaks its protocol.

    Credentials, and how often a request is tried (``AWS_MAX_ATTEMPTS``), are boto3's own settings.
    """

    def __init__(
        self,
        bucket: str,
        prefix: str,
        *,
        endpoint_url: str | None,
        region: str | None,
        storage_class: str,
        archive_storage_class: str,
    ) -> None:
        """Keep objects in ``bucket`` under ``prefix/``. See ``open_store`` for the rest."""
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""
        self.place = f"s3://{bucket}/{prefix}"
        self._storage_class = storage_class
        self._archive_storage_class = archive_storage_class
        config = Config(
            signature_version="s3v4",
            connect_timeout=_ACCEPT_S,
            read_timeout=_ANSWER_S,
            retries={"mode": "standard"},
            max_pool_connections=_POOL_CONNECTIONS,
            # Bucket names as host names need a wildcard DNS entry that few other servers have.
            s3={"addressing_style": "path" if endpoint_url else "auto"},
            # Checksums in trailers and headers are AWS's own: few other servers take them.
            request_checksum_calculation="when_required" if endpoint_url else "when_supported",
            response_checksum_validation="when_required" if endpoint_url else "when_supported",
        )
        with s3_errors("", self.place):
            try:
                session = boto3.Session(region_name=region)
                self._client: Any = session.client("s3", endpoint_url=endpoint_url, config=config)
                at_once = config.merge(
                    Config(
                        connect_timeout=_MARKER_S,
                        read_timeout=_MARKER_S,
                        retries={"mode": "standard", "total_max_attempts": 1},
                    )
                )
                self._marker_client: Any = session.client(
                    "s3", endpoint_url=endpoint_url, config=at_once
                )
            except ValueError as error:  # botocore's word for an address that is none
                raise InvalidConfiguration(f"{self.place}: {error}") from error
            for client in (self._client, self._marker_client):
                refuse_half_answers(client)
            unsigned = config.merge(Config(signature_version=UNSIGNED))
            address = (
                boto3.Session(region_name=region)
                .client("s3", endpoint_url=endpoint_url, config=unsigned)
                .generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "any"})
            )
        parts = urlsplit(address)
        self.origin = f"{parts.scheme}://{parts.netloc}"
        self._dialect = Dialect(self._client, adapts_classes=endpoint_url is not None)

    def put_file(
        self,
        key: str,
        path: Path,
        *,
        archive: bool = False,
        overwrite: bool = True,
        consume: bool = False,
        on_progress: OnProgress | None = None,
    ) -> int:
        """See ``ObjectStore``. Large files go up in parts; progress is told part by part."""
        target = self._new_object(key, archive)
        with disk_errors(path.parent), s3_errors(key, self.place):
            size_bytes = path.stat().st_size
            if size_bytes > _PART_BYTES:
                self._put_parts(target, path, size_bytes, overwrite, on_progress)
            else:
                self._put(**target, **_condition(overwrite), Body=path.read_bytes())
                if on_progress:
                    on_progress(size_bytes)
            if consume:
                path.unlink()
        return size_bytes

    def put_bytes(self, key: str, data: bytes, *, overwrite: bool = True) -> None:
        """See ``ObjectStore``."""
        target = self._new_object(key, archive=False)
        with s3_errors(key, self.place):
            self._put(**target, **_condition(overwrite), Body=data)

    def get_file(self, key: str, path: Path, *, on_progress: OnProgress | None = None) -> None:
        """See ``ObjectStore``. Large objects come in parts, several at a time."""
        info = self.stat(key)
        with (
            disk_errors(path.parent, info.size_bytes),
            temporary_path(path.parent) as temporary,
        ):
            with temporary.open("xb") as file:

                def fetch(start_byte: int) -> int:
                    end_byte = min(start_byte + _PART_BYTES, info.size_bytes)
                    for chunk in self._read(key, start_byte, end_byte, info.etag):
                        os.pwrite(file.fileno(), chunk, start_byte)
                        start_byte += len(chunk)
                    return start_byte

                with _in_parallel(fetch, range(0, info.size_bytes, _PART_BYTES)) as parts:
                    for done_bytes in parts:
                        if on_progress:
                            on_progress(done_bytes)
            publish(temporary, path)

    def read_range(
        self, key: str, start_byte: int = 0, end_byte: int | None = None
    ) -> Iterator[bytes]:
        """See ``ObjectStore``. A broken connection is taken up where it broke."""
        return self._read(key, start_byte, end_byte)

    def stat(self, key: str) -> ObjectInfo:
        """See ``ObjectStore``."""
        with s3_errors(key, self.place):
            head = self._client.head_object(**self._object(key))
        return _info(key, head["ContentLength"], head["LastModified"], head["ETag"])

    def list_objects(self, prefix: str = "", *, after: str = "") -> Iterator[ObjectInfo]:
        """See ``ObjectStore``."""
        validate_prefix(prefix)
        last = ""
        for item in self._list(prefix, after):
            name = item["Key"]
            if name < last:
                raise ExternalFailure(f"{self.place}: this server does not list objects in order")
            last = name
            key = name.removeprefix(self._prefix)
            if is_key(key) and key > after:  # some servers list from the beginning
                yield _info(key, item["Size"], item["LastModified"], item["ETag"])

    def folders(self, prefix: str) -> Iterator[str]:
        """See ``ObjectStore``."""
        validate_prefix(prefix)
        for page in self._pages(prefix, Delimiter="/"):
            for found in page.get("CommonPrefixes", ()):
                yield found["Prefix"].removeprefix(self._prefix + prefix).rstrip("/")

    def look(self, limit: int) -> Sequence[str]:
        """See ``ObjectStore``."""
        names = (item["Key"].removeprefix(self._prefix) for item in self._list())
        seen = (name for name in names if not name.endswith("/") and "/." not in f"/{name}")
        return list(islice(seen, limit))

    def read_marker(self) -> str | None:
        """See ``ObjectStore``. Asked once, and not waited for as long as for other objects."""
        try:
            with s3_errors(MARKER, self.place):
                answer = self._marker_client.get_object(**self._marker)
                with closing(answer["Body"]) as body:
                    return body.read(1000).decode("utf-8", "replace").strip()
        except NotFound:
            return None

    def write_marker(self, text: str, *, overwrite: bool) -> None:
        """See ``ObjectStore``."""
        marker = {**self._marker, "Body": f"{text}\n".encode(), "StorageClass": self._storage_class}
        with suppress(ObjectExists), s3_errors(MARKER, self.place):
            self._put(**marker, **_condition(overwrite))

    def delete(self, *keys: str) -> None:
        """See ``ObjectStore``."""
        names = [self._object(key)["Key"] for key in keys]
        reasons: dict[str, str] = {}
        with s3_errors(", ".join(keys[:1]), self.place):
            for first in range(0, len(names), _MAX_KEYS_A_DELETE):
                batch = names[first : first + _MAX_KEYS_A_DELETE]
                for name, reason in self._dialect.delete(self._bucket, batch):
                    reasons[name.removeprefix(self._prefix)] = reason
        if reasons:
            raise NotDeleted(reasons)

    def sweep(self, older_than_s: float) -> int:
        """See ``ObjectStore``. The leftovers are the parts of unfinished uploads."""
        begun_before = datetime.now(UTC) - timedelta(seconds=older_than_s)
        swept = 0
        with s3_errors("", self.place):
            for upload in self._dialect.uploads(self._bucket, self._prefix):
                is_ours = kind_of(upload["Key"].removeprefix(self._prefix)) is not None
                if is_ours and upload["Initiated"] <= begun_before:
                    self._client.abort_multipart_upload(
                        Bucket=self._bucket, Key=upload["Key"], UploadId=upload["UploadId"]
                    )
                    swept += 1
        return swept

    def left_out(self) -> Sequence[str]:
        """See ``ObjectStore``."""
        with s3_errors("", self.place):
            next(self._dialect.uploads(self._bucket, self._prefix), None)
        return self._dialect.left_out()

    def local_path(self, key: str) -> None:
        """See ``ObjectStore``; here there is none."""

    def presign(self, key: str, expires_s: int, download_name: str | None = None) -> str:
        """See ``ObjectStore``. S3 allows seven days at most."""
        request = self._object(key)
        if download_name is not None:
            request["ResponseContentDisposition"] = (
                f"attachment; filename*=UTF-8''{quote(download_name)}"
            )
        with s3_errors(key, self.place):
            return self._client.generate_presigned_url(
                "get_object", Params=request, ExpiresIn=expires_s
            )

    def _put(self, **request: Any) -> None:
        self._dialect.write(self._client.put_object, **request)

    @property
    def _marker(self) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._prefix + MARKER}

    def _list(self, prefix: str = "", after: str = "") -> Iterator[dict[str, Any]]:
        request = {"StartAfter": self._prefix + after} if after else {}
        for page in self._pages(prefix, **request):
            yield from page.get("Contents", ())

    def _pages(self, prefix: str, **request: str) -> Iterator[dict[str, Any]]:
        paginator = self._client.get_paginator("list_objects_v2")
        with s3_errors(prefix, self.place):
            yield from paginator.paginate(
                Bucket=self._bucket, Prefix=self._prefix + prefix, **request
            )

    def _object(self, key: str) -> dict[str, str]:
        validate_key(key)
        return {"Bucket": self._bucket, "Key": self._prefix + key}

    def _new_object(self, key: str, archive: bool) -> dict[str, str]:
        storage_class = self._archive_storage_class if archive else self._storage_class
        return self._object(key) | {
            "ContentType": content_type(key),
            "StorageClass": storage_class,
        }

    def _put_parts(
        self,
        target: dict[str, str],
        path: Path,
        size_bytes: int,
        overwrite: bool,
        on_progress: OnProgress | None,
    ) -> None:
        part_bytes = max(_PART_BYTES, -(-size_bytes // _MAX_PARTS))
        upload_id = self._dialect.write(self._client.create_multipart_upload, **target)["UploadId"]
        upload = {"Bucket": target["Bucket"], "Key": target["Key"], "UploadId": upload_id}

        def send(start_byte: int) -> tuple[dict[str, Any], int]:
            with path.open("rb") as file:
                file.seek(start_byte)
                body = file.read(part_bytes)
            number = start_byte // part_bytes + 1
            answer = self._client.upload_part(**upload, PartNumber=number, Body=body)
            return {"PartNumber": number, "ETag": answer["ETag"]}, start_byte + len(body)

        parts: list[dict[str, Any]] = []
        try:
            with _in_parallel(send, range(0, size_bytes, part_bytes)) as sent:
                for part, done_bytes in sent:
                    parts.append(part)
                    if on_progress:
                        on_progress(done_bytes)
            self._dialect.write(
                self._client.complete_multipart_upload,
                **upload,
                **_condition(overwrite),
                MultipartUpload={"Parts": parts},
            )
        except BaseException:
            with suppress(BotoCoreError, ClientError):  # what is left then is swept
                self._client.abort_multipart_upload(**upload)
            raise

    def _read(
        self, key: str, start_byte: int, end_byte: int | None, etag: str | None = None
    ) -> Iterator[bytes]:
        """Open the range now; refuse it if the object is no longer the one with ``etag``."""
        if end_byte is not None and end_byte <= start_byte:
            self.stat(key)
            return iter(())
        answer = self._get(key, start_byte, end_byte, etag)
        return self._chunks(key, answer, start_byte, end_byte) if answer else iter(())

    def _get(
        self, key: str, start_byte: int, end_byte: int | None, etag: str | None
    ) -> dict[str, Any] | None:
        """Return S3's answer with its open body; None if the range starts past the end."""
        last_byte = "" if end_byte is None else end_byte - 1
        request = self._object(key) | {"Range": f"bytes={start_byte}-{last_byte}"}
        if etag and etag.startswith('"'):  # servers that give others do not know them again
            request["IfMatch"] = etag
        with s3_errors(key, self.place):
            try:
                answer = self._client.get_object(**request)
            except ClientError as error:
                if error_code(error) == "InvalidRange":
                    return None
                raise
        if "ContentRange" in answer or (start_byte == 0 and end_byte is None):
            return answer
        with closing(answer["Body"]):  # all of it: no range was found there
            if answer["ContentLength"] > start_byte:
                raise ExternalFailure(f"{self.place} does not give ranges of objects: {key}")
        return None

    def _chunks(
        self, key: str, answer: dict[str, Any] | None, start_byte: int, end_byte: int | None
    ) -> Iterator[bytes]:
        breaks = 0  # in a row, without a chunk in between
        while answer:
            try:
                with closing(answer["Body"]) as body:
                    for chunk in body.iter_chunks(CHUNK_BYTES):
                        start_byte += len(chunk)
                        breaks = 0
                        yield chunk
                return
            except (BotoCoreError, HTTPError) as error:
                breaks += 1
                if breaks == _STREAM_ATTEMPTS:
                    raise ExternalFailure(f"{self.place}: {key} broke off: {error}") from error
            answer = self._get(key, start_byte, end_byte, answer["ETag"])


def _info(key: str, size_bytes: int, stored_at: datetime, etag: str) -> ObjectInfo:
    return ObjectInfo(key, size_bytes, stored_at.astimezone(UTC), etag)


def _condition(overwrite: bool) -> dict[str, str]:
    return {} if overwrite else {"IfNoneMatch": "*"}


@contextmanager
def _in_parallel(work: Callable[[int], T], starts: range) -> Iterator[Iterator[T]]:
    """Do the work in threads and give its results in order.

    Leaving the block early starts nothing more and waits for what is under way.
    """
    with ThreadPoolExecutor(_PARTS_AT_A_TIME) as pool:
        try:
            yield pool.map(work, starts)
        finally:
            pool.shutdown(cancel_futures=True)
