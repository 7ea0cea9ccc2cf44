"""nginx with the nchan module: the one that is installed, or Debian's, unpacked into a cache folder."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ari_app.demo.asterisk import cache_folder, need
from ari_app.demo.ports import free_ports
from screenpop.errors import RingdeskError

MODULE = "ngx_nchan_module.so"
INSTALLED = Path("/usr/lib/nginx/modules")
PACKAGES = "nginx,libnginx-mod-nchan"
FOLDERS, OUR_FOLDERS = b"/var/lib/nginx/", b"var-lib-nginx--"
"""Where nginx keeps what it cannot keep in memory. It is compiled into it and into nchan, which heeds no configuration
there: only root could start it."""
UNPACK_SECONDS = 300
START_SECONDS = 15.0
CONF = """
load_module {module};
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log stderr crit;
events {{ worker_connections 2048; }}
http {{
  access_log off;
  variables_hash_bucket_size 128;
  keepalive_requests 1000000;
  client_body_buffer_size 64k;
  server {{
    listen 127.0.0.1:{port};
    location = /publish {{ nchan_publisher; nchan_channel_id bench; }}
    location = /stream {{
      nchan_subscriber eventsource;
      nchan_channel_id bench;
      nchan_subscriber_first_message newest;
    }}
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class Nginx:
    """An nginx that can be started, and where its nchan is."""

    command: tuple[str, ...]
    module: Path


@contextmanager
def nchan(folder: Path) -> Iterator[int]:
    """nginx with one worker: `POST /publish` goes to all who read `/stream`; gives its port.

    Raises RingdeskError with the reason when it cannot be had.
    """
    found = find_nginx()
    (port,) = free_ports(1)
    conf = folder / "nginx.conf"
    conf.write_text(CONF.format(module=found.module, folder=folder, port=port))
    process = subprocess.Popen([*found.command, "-e", "stderr", "-p", str(folder), "-c", str(conf)])
    try:
        _wait_until_it_listens(port, process)
        yield port
    finally:
        process.terminate()
        process.wait()


def find_nginx() -> Nginx:
    """The nginx to run. Raises RingdeskError when there is none and none can be unpacked."""
    installed = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    if installed and (INSTALLED / MODULE).exists():
        return Nginx((installed,), INSTALLED / MODULE)
    root = cache_folder() / "nginx"
    if not root.exists():
        _unpack(root)
    [loader] = list(root.glob("usr/lib/*/ld-linux-*.so.*")) or list(root.glob("usr/lib*/ld-linux-*.so.*"))
    libraries = str(loader.resolve().parent)
    return Nginx((str(loader), "--library-path", libraries, str(root / "usr/sbin/nginx")), _module(root))


def _module(root: Path) -> Path:
    return (root / "usr/lib/nginx/modules" / MODULE).resolve()


def _unpack(root: Path) -> None:
    """Fetch Debian's packages, 12 MB, and unpack them without installing anything."""
    tool = need("mmdebstrap", "mmdebstrap", "unpacks nginx, because none with nchan is installed")
    fresh = root.with_suffix(".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.parent.mkdir(parents=True, exist_ok=True)
    options = ("--mode=chrootless", "--variant=extract", '--aptopt=Acquire::Check-Valid-Until "false"')
    command = (tool, *options, f"--include={PACKAGES}", "sid", str(fresh))
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=UNPACK_SECONDS)
    except subprocess.CalledProcessError as error:
        raise RingdeskError("it could not be unpacked: " + error.stderr.strip().rpartition("\n")[2]) from error
    except subprocess.TimeoutExpired as error:
        raise RingdeskError("it could not be unpacked in time") from error
    for program in (fresh / "usr/sbin/nginx", _module(fresh)):
        program.write_bytes(program.read_bytes().replace(FOLDERS, OUR_FOLDERS))
    fresh.rename(root)


def _wait_until_it_listens(port: int, process: subprocess.Popen[bytes]) -> None:
    due = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < due:
        try:
            return socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.02)
    raise RingdeskError(f"it does not listen (status {process.returncode})")
