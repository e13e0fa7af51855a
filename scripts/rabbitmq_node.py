"""A private RabbitMQ node from the installed package: for `./scripts/run --rabbitmq` and for the tests."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

__all__ = ["RabbitMQMissing", "RabbitMQNode", "RabbitMQNotStarted", "find_rabbitmq"]

_START_SECONDS = 60.0
_STOP_SECONDS = 20.0
# The management plugin holds up a stop for 5 s, after the virtual hosts have been stopped and everything is on disk.
_STOP_WITH_MANAGEMENT_SECONDS = 2.5
_ORDINARY_USERS = ("rabbitmq", "nobody")
_PLACES = ("/usr/lib/rabbitmq/bin", "/opt/rabbitmq/sbin", "/usr/local/sbin", "/opt/homebrew/sbin")
_PROTOCOL_HEADER = b"AMQP\x00\x00\x09\x01"
# An idle node must not burn a core that something else needs: one scheduler, no busy waiting.
_ERL_FLAGS = "+S 1:1 +SDcpu 1:1 +sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}"


class RabbitMQMissing(RuntimeError):
    """No rabbitmq-server is installed."""


class RabbitMQNotStarted(RuntimeError):
    """The node ended or did not answer in time; the message ends with its last log lines."""


def find_rabbitmq() -> Path:
    """The directory with RabbitMQ's own scripts, not Debian's wrappers, which insist on /var/lib/rabbitmq.

    Looks at RABBITMQ_HOME, at PATH, then where packages put it. Raises RabbitMQMissing.
    """
    places = [Path(place) for place in _PLACES]
    if found := shutil.which("rabbitmq-server"):
        places.insert(0, Path(found).resolve().parent)
    if home := os.environ.get("RABBITMQ_HOME"):
        places = [Path(home) / "sbin", Path(home)]
    for place in places:
        # rabbitmq-env stands beside the real script and never beside a wrapper.
        directory = (place / "rabbitmq-server").resolve().parent
        if (directory / "rabbitmq-server").is_file() and (directory / "rabbitmq-env").is_file():
            return directory
    raise RabbitMQMissing(
        "rabbitmq-server is not installed. Install it (Debian, Ubuntu: `apt-get install rabbitmq-server`; macOS: "
        "`brew install rabbitmq`), or set RABBITMQ_HOME to where it is, or AMQP_URL to a broker that runs."
    )


class RabbitMQNode:
    """One node on 127.0.0.1 with ports, directories, cookie and epmd of its own.

    `data_dir` keeps everything between starts; the ports stay for the object's life. `definitions` is a JSON file
    that the node loads when it boots; without one there is the user `admin` with `admin_password`. Nodes that are to
    form a cluster have different names, and share the first one's `cookie` and `epmd_port`; each joins the running ones
    of `peers` (`name@localhost`) when it boots for the first time. Where the caller is root and others may enter
    `data_dir`, the node runs as an ordinary user. It ends when its parent does.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        management: bool = False,
        definitions: Path | None = None,
        name: str = "guildbus",
        cookie: str | None = None,
        epmd_port: int | None = None,
        peers: Sequence[str] = (),
    ) -> None:
        self.data_dir = data_dir.resolve()
        self.name = f"{name}@localhost"
        self._definitions = definitions
        self._management = management
        self._peers = tuple(peers)
        self._shares_epmd = epmd_port is not None
        self.amqp_port, self._management_port, self._dist_port, own_epmd_port = _free_ports(4)
        self.epmd_port = epmd_port or own_epmd_port
        self._directory = find_rabbitmq()
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self.cookie = _kept(self.data_dir / ".erlang.cookie", cookie)
        self.admin_password = _kept(self.data_dir / "admin-password", None)
        self._identity = _ordinary_identity(self.data_dir)
        self._node: subprocess.Popen[bytes] | None = None
        self._helpers: list[subprocess.Popen[bytes]] = []

    @property
    def pid(self) -> int | None:
        """The node's process, while it runs."""
        return self._node.pid if self._node is not None and self._node.poll() is None else None

    @property
    def management_url(self) -> str:
        """The management UI and API. Raises RuntimeError for a node without."""
        if not self._management:
            raise RuntimeError("this node was made without management=True")
        return f"http://127.0.0.1:{self._management_port}"

    @property
    def admin_url(self) -> str:
        """AMQP as the administrator of a node without definitions."""
        return self.amqp_url("admin", self.admin_password)

    def amqp_url(self, user: str, password: str, vhost: str = "/") -> str:
        account = f"{quote(user, safe='')}:{quote(password, safe='')}"
        return f"amqp://{account}@127.0.0.1:{self.amqp_port}/{quote(vhost, safe='')}"

    def start(self) -> None:
        """Boot and wait until it takes connections. Raises RabbitMQNotStarted."""
        self._stop_leftover()
        self._write_configuration()
        try:
            if not self._shares_epmd:
                # Our own and in the foreground, so that nothing is left behind: RabbitMQ would start a daemon.
                epmd = self._spawn("epmd", "-address", "127.0.0.1", "-port", str(self.epmd_port))
                self._helpers.append(epmd)
                self._wait_for(epmd, lambda: _answers(self.epmd_port))
            self._node = self._spawn(str(self._directory / "rabbitmq-server"))
            (self.data_dir / "node.pid").write_text(str(self._node.pid))
            self._helpers.append(_guard([self._node, *self._helpers]))
            self._wait_for(self._node, lambda: _answers(self.amqp_port, _PROTOCOL_HEADER))
            if self._management:
                self._wait_for(self._node, lambda: _answers(self._management_port))
        except BaseException:
            self.stop(kill=True)
            raise

    def stop(self, *, kill: bool = False) -> None:
        """Stop node and helpers by their process ids; with `kill` as a power cut would."""
        if self._node is not None:
            patience = _STOP_WITH_MANAGEMENT_SECONDS if self._management else _STOP_SECONDS
            _end(self._node, signal.SIGKILL if kill else signal.SIGTERM, patience)
            self._node = None
        for helper in reversed(self._helpers):
            _end(helper, signal.SIGKILL, _STOP_SECONDS)
        self._helpers.clear()
        (self.data_dir / "node.pid").unlink(missing_ok=True)

    def ctl(self, *arguments: str, timeout_seconds: float = 60.0) -> str:
        """Run rabbitmqctl on this node and return what it printed. Raises CalledProcessError."""
        command = [str(self._directory / "rabbitmqctl"), "--node", self.name, *arguments]
        done = subprocess.run(
            command,
            env=self._environment(),
            cwd="/",
            check=True,
            capture_output=True,
            timeout=timeout_seconds,
            **self._identity,
        )
        return str(done.stdout, "utf-8")

    def log_tail(self, lines: int = 15) -> str:
        """The last lines of the node's log and output."""
        texts = [path.read_text(errors="replace") for path in (self.data_dir / "node.log", self.data_dir / "output")]
        return "\n".join(line for text in texts for line in text.splitlines()[-lines:])

    def _environment(self) -> dict[str, str]:
        directory = str(self.data_dir)
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "LANG": "C.UTF-8",
            "HOME": directory,
            "ERL_EPMD_PORT": str(self.epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_CRASH_DUMP": f"{directory}/erl_crash.dump",
            # Makes the script become the node instead of a shell that waits for it: one process id to stop.
            "RUNNING_UNDER_SYSTEMD": "true",
            "RABBITMQ_NODENAME": self.name,
            "RABBITMQ_DIST_PORT": str(self._dist_port),
            "RABBITMQ_MNESIA_BASE": f"{directory}/mnesia",
            "RABBITMQ_LOG_BASE": directory,
            "RABBITMQ_LOGS": f"{directory}/node.log",
            "RABBITMQ_CONFIG_FILE": f"{directory}/rabbitmq.conf",
            "RABBITMQ_CONF_ENV_FILE": f"{directory}/rabbitmq-env.conf",
            "RABBITMQ_ADVANCED_CONFIG_FILE": f"{directory}/advanced.config",
            "RABBITMQ_GENERATED_CONFIG_DIR": f"{directory}/generated",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{directory}/enabled_plugins",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": _ERL_FLAGS,
            "RABBITMQ_CTL_ERL_ARGS": "+S 1:1 +sbwt none",
        }

    def _write_configuration(self) -> None:
        settings = {
            "listeners.tcp.1": f"127.0.0.1:{self.amqp_port}",
            "management.tcp.ip": "127.0.0.1",
            "management.tcp.port": str(self._management_port),
            "loopback_users": "none",
            "disk_free_limit.absolute": "50MB",
            "raft.wal_max_size_bytes": str(32 * 1024 * 1024),
        }
        if not self._management:
            settings = {key: value for key, value in settings.items() if not key.startswith("management.")}
        if self._definitions is not None:
            copy = self.data_dir / "definitions.json"
            copy.write_bytes(self._definitions.read_bytes())
            settings["load_definitions"] = str(copy)
        else:
            settings |= {"default_user": "admin", "default_pass": self.admin_password}
        if self._peers:
            # https://www.rabbitmq.com/docs/cluster-formation#peer-discovery-classic-config
            settings["cluster_formation.peer_discovery_backend"] = "classic_config"
            settings |= {f"cluster_formation.classic_config.nodes.{n}": peer for n, peer in enumerate(self._peers, 1)}
        plugins = "[rabbitmq_management]." if self._management else "[]."
        (self.data_dir / "enabled_plugins").write_text(plugins + "\n")
        (self.data_dir / "rabbitmq.conf").write_text("".join(f"{key} = {settings[key]}\n" for key in settings))
        for path in (self.data_dir, *self.data_dir.iterdir()):
            path.chmod(0o700 if path.is_dir() else 0o600)
            if "user" in self._identity:
                os.chown(path, self._identity["user"], self._identity["group"])

    def _spawn(self, *command: str) -> subprocess.Popen[bytes]:
        with (self.data_dir / "output").open("ab") as output:
            return subprocess.Popen(
                command,
                env=self._environment(),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C is for us: we stop the node in order
                **self._identity,
            )

    def _wait_for(self, child: subprocess.Popen[bytes], ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not ready():
            if child.poll() is not None:
                raise RabbitMQNotStarted(f"the RabbitMQ node ended with status {child.returncode}:\n{self.log_tail()}")
            if time.monotonic() > deadline:
                raise RabbitMQNotStarted(f"no answer from the node in {_START_SECONDS:.0f} s:\n{self.log_tail()}")
            time.sleep(0.05)

    def _stop_leftover(self) -> None:
        """A node whose parent was killed may still hold the directory: end it, if the process is really that."""
        pid_file = self.data_dir / "node.pid"
        try:
            pid = int(pid_file.read_text())
            if str(self.data_dir).encode() not in Path(f"/proc/{pid}/cmdline").read_bytes():
                return
            os.kill(pid, signal.SIGTERM)
        except (OSError, ValueError):
            return
        deadline = time.monotonic() + _STOP_SECONDS
        while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
            time.sleep(0.05)


def _kept(path: Path, value: str | None) -> str:
    """The secret in `path`, written there first if it is new."""
    if value is None and path.is_file():
        return path.read_text().strip()
    value = value or secrets.token_hex(16)
    path.touch(mode=0o600, exist_ok=True)
    path.chmod(0o600)
    path.write_text(value)
    return value


def _ordinary_identity(directory: Path) -> dict[str, Any]:
    """Whom to run as: oneself, or where that is root an ordinary user who can reach the directory."""
    if os.geteuid() != 0 or not all(parent.stat().st_mode & 0o001 for parent in directory.parents):
        return {}
    for name in _ORDINARY_USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    return {}


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in sockets]
    finally:
        for each in sockets:
            each.close()


def _answers(port: int, hello: bytes = b"") -> bool:
    """Whether somebody takes connections there; with a hello, whether it is answered too."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(hello)
            return not hello or bool(connection.recv(1))
    except OSError:
        return False


def _guard(children: list[subprocess.Popen[bytes]]) -> subprocess.Popen[bytes]:
    """Ends the children when we are gone, however that came: its standard input is closed then."""
    pids = " ".join(str(child.pid) for child in children)
    return subprocess.Popen(
        ["/bin/sh", "-c", f"read -r _; kill -TERM {pids}"], stdin=subprocess.PIPE, start_new_session=True
    )


def _end(child: subprocess.Popen[bytes], by: signal.Signals, patience_seconds: float) -> None:
    if child.poll() is None:
        child.send_signal(by)
        try:
            child.wait(patience_seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
    if child.stdin is not None:
        child.stdin.close()
