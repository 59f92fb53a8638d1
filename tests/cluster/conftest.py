"""Servers on this machine: an object store, and a Dask cluster; both end with the tests."""

import logging
import subprocess
import sys
from collections.abc import Iterator

import boto3
import pytest
from distributed import Client
from moto.server import ThreadedMotoServer
from s3fs import S3FileSystem

from bioalbert_core.plumbing import addresses

DEADLINE = 120  # seconds for a server to start


@pytest.fixture(scope="session")
def store() -> Iterator[str]:
    """The address of an S3 server; commands find it, in this process and in those it starts."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        patch.setenv("AWS_ACCESS_KEY_ID", "nobody")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.setenv("AWS_MAX_ATTEMPTS", "1")
        yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def forgotten() -> Iterator[None]:
    """Nothing is remembered of servers asked before, nor afterwards of those asked in the test."""
    forget()
    yield
    forget()


def forget() -> None:
    S3FileSystem.clear_instance_cache()
    addresses._bucket.cache_clear()


@pytest.fixture
def bucket(store, request) -> str:
    """The address of an empty bucket, named after the test."""
    name = request.node.name.lower().replace("_", "-")[:40].strip("-")
    boto3.client("s3").create_bucket(Bucket=name)
    return f"s3://{name}"


@pytest.fixture(scope="session")
def cluster(store, tmp_path_factory) -> Iterator[str]:
    """The address of a Dask scheduler with two workers, three processes."""
    folder = tmp_path_factory.mktemp("dask")
    quiet = ["--no-dashboard"]
    dask = [sys.executable, "-m", "distributed.cli"]
    here = ["--scheduler-file", str(folder / "scheduler.json"), *quiet]
    scheduler = [f"{dask[2]}.dask_scheduler", "--host", "127.0.0.1", "--port", "0"]
    worker = [f"{dask[2]}.dask_worker", "--nthreads", "1", "--no-nanny"]
    commands = [scheduler, worker, worker]
    with open(folder / "log", "wb") as log:  # noqa: PTH123
        started = [
            subprocess.Popen([*dask[:2], *command, *here], cwd=folder, stdout=log, stderr=log)
            for command in commands
        ]
    try:
        with Client(scheduler_file=str(folder / "scheduler.json"), timeout=DEADLINE) as client:
            client.wait_for_workers(2, timeout=DEADLINE)
            yield client.scheduler.address
        for left in list(Client._instances):  # Beam leaves its own open
            left.close()
    finally:
        for process in started:
            process.kill()  # a worker that is asked to end may wait for its scheduler
            process.wait()
