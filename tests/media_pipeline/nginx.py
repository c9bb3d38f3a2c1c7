"""A real nginx with the configuration that is shipped, on a free port, as the user who runs the tests."""

import getpass
import os
import shutil
import signal
import socket
import string
import subprocess
import time
from pathlib import Path

TEMPLATE = Path(__file__).resolve().parents[2] / "deploy" / "nginx" / "qianchang.conf"

_MAIN = """
{user}
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
    types {{ text/css css; application/javascript js; }}
    default_type application/octet-stream;
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/qianchang.conf;
    {more}
}}
"""


class Nginx:
    """nginx in front of a web server at `web` (host:port) and the folder of a state."""

    def __init__(self, folder: Path, *, web: str, state: Path, secret: str, more: str = "") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as listening:
            self.port: int = listening.getsockname()[1]
        places = {"QC_LISTEN": f"127.0.0.1:{self.port}", "QC_NAME": "127.0.0.1", "QC_WEB": web,
                  "QC_STATE": str(state), "QC_SECRET": secret}  # fmt: skip
        text = string.Template(TEMPLATE.read_text()).safe_substitute(places)
        (folder / "qianchang.conf").write_text(text)
        # Only root has to name somebody else than nobody.
        user = f"user {getpass.getuser()} {getpass.getuser()};" if os.geteuid() == 0 else ""
        (folder / "nginx.conf").write_text(_MAIN.format(user=user, folder=folder, more=more))
        binary = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") or "nginx"
        self._command = [
            binary,
            "-p",
            str(folder),
            "-c",
            str(folder / "nginx.conf"),
            "-e",
            str(folder / "error.log"),
        ]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> "Nginx":
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        end = time.monotonic() + 10
        while time.monotonic() < end and self._process.poll() is None:
            with socket.socket() as trying:
                if trying.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(0.05)
        self.__exit__()
        log = self.folder / "error.log"
        raise AssertionError(f"nginx did not come up\n{log.read_text() if log.exists() else ''}")

    def __exit__(self, *_error: object) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.communicate(timeout=10)
