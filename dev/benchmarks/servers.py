"""Servers to measure: ours and the plain app, each started as a person starts it, with a data folder of its own."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
OURS, PLAIN = "app.py", "dev/benchmarks/plain_app.py"
_STARTS_S = 60.0


@dataclass
class Server:
    """A running app; its figures are the server process's own, without the model worker and the jobs."""

    url: str
    process: psutil.Process
    data: Path

    @property
    def processor_s(self) -> float:
        """Seconds of processor it has used."""
        times = self.process.cpu_times()
        return float(times.user + times.system)

    @property
    def memory_mb(self) -> float:
        """Its memory, MB."""
        return float(self.process.memory_info().rss / 1e6)

    @property
    def descriptors(self) -> int:
        """Open files and sockets."""
        return int(self.process.num_fds())

    @property
    def threads(self) -> int:
        """Threads."""
        return int(self.process.num_threads())


@contextmanager
def serving(app: str, data: Path, *options: str, root: Path = ROOT) -> Iterator[Server]:
    """Run an app of a checkout with the settings of its `.streamlit/config.toml` and end it afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "streamlit", "run", app, "--server.port", str(port), "--server.headless", "true"]
    environment = os.environ | {"RESNET_VIZ_DATA": str(data), "PYTHONPATH": path_with(root)}
    with (data / "server.log").open("wb") as log:
        process = subprocess.Popen([*command, *options], cwd=root, env=environment, stdout=log, stderr=log)
    try:
        url = f"http://localhost:{port}"
        _wait_for(url, process)
        yield Server(url, psutil.Process(process.pid), data)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def path_with(root: Path = ROOT) -> str:
    """Return Python's path with a checkout first, so that it is what runs."""
    return os.pathsep.join(filter(None, (str(root), os.environ.get("PYTHONPATH"))))


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _STARTS_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    sys.exit(f"the server did not start within {_STARTS_S:.0f} s")
