"""A real S3 endpoint over HTTP for tests: moto's server in a process of its own."""

from __future__ import annotations

import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import boto3

# Says its port when it listens, and ends when its parent does: that closes its standard input.
# Pages of other origins may read what a bucket's own rules allow, as with S3, and not everything.
# For each line that it is told, all presigned addresses that were used before have expired, which
# moto itself does not look at: it refuses them as S3 does.
_SERVER = """
import logging, os, sys
os.environ["MOTO_DISABLE_GLOBAL_CORS"] = "true"
from werkzeug.wrappers import Response
from moto.moto_server import threaded_moto_server as moto_server
used, expired = set(), set()
class Expiring(moto_server.DomainDispatcherApplication):
    def __call__(self, environ, start_response):
        query = environ["QUERY_STRING"]
        if "Signature=" in query:
            used.add(query)
            if query in expired:
                origin = {"Access-Control-Allow-Origin": environ.get("HTTP_ORIGIN", "*")}
                answer = Response("<Message>Request has expired</Message>", 403, origin)
                return answer(environ, start_response)
        return super().__call__(environ, start_response)
moto_server.DomainDispatcherApplication = Expiring
logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = moto_server.ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
for line in sys.stdin:
    expired |= used
    print(len(expired), flush=True)
"""

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_CONFIG_FILE": "/nowhere",
    "AWS_SHARED_CREDENTIALS_FILE": "/nowhere",
    "AWS_EC2_METADATA_DISABLED": "true",
}
"""Environment variables in which boto3 finds what the endpoint accepts, and nothing of the user."""


@dataclass(frozen=True)
class S3Endpoint:
    """A running S3 server. Use it with ``CREDENTIALS`` in the environment."""

    url: str
    process: subprocess.Popen[str]

    @cached_property
    def client(self) -> Any:
        """A bare boto3 client, to look at what the project's code did."""
        return boto3.Session(
            aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
            region_name=CREDENTIALS["AWS_DEFAULT_REGION"],
        ).client("s3", endpoint_url=self.url)

    def new_bucket(self) -> str:
        """Make an empty bucket and return its name."""
        name = f"test-{uuid.uuid4().hex}"
        self.client.create_bucket(Bucket=name)
        return name

    def expire_addresses(self) -> int:
        """Refuse all presigned addresses that were used until now; return how many there are."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write("expire\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


@contextmanager
def s3_endpoint() -> Iterator[S3Endpoint]:
    """Run an S3 server on a free loopback port while the block runs."""
    with subprocess.Popen(
        [sys.executable, "-c", _SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdin and server.stdout
        try:
            port = server.stdout.readline().strip()
            assert port, "the S3 server did not start; its error is above"
            yield S3Endpoint(f"http://127.0.0.1:{port}", server)
        finally:
            server.kill()
