"""A line that the kernel's own TCP has to live with: a network namespace for the browser, and two tunnel devices whose
packets pass through this process. It delays, limits and loses them as `tc netem` would; that module is not everywhere.
"""

import contextlib
import fcntl
import heapq
import itertools
import os
import select
import shutil
import struct
import subprocess
import threading
import time
from ipaddress import ip_network
from pathlib import Path
from typing import Self

from benchmarks.watch.links import Link, Way
from benchmarks.watch.traffic import Traffic

_TUNSETIFF, _IFF_TUN, _IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
# RFC 2544 keeps these addresses for measurements; every run takes four of them, so that two do not meet.
_ADDRESSES = ip_network("198.18.0.0/15")


class NoTunnel(Exception):
    """This machine or account has no network namespaces or tunnel devices; the message says which."""


class Tunnel:
    """The line between a browser in its own namespace and a server outside. Removes everything when it is left."""

    says = "real TCP through a tunnel of our own"

    def __init__(self) -> None:
        self.traffic = Traffic()
        self._name = f"qcwatch{os.getpid()}"
        first = 4 * (os.getpid() % (_ADDRESSES.num_addresses // 4))
        self.server, self._browser = str(_ADDRESSES[first + 1]), str(_ADDRESSES[first + 2])
        self._ways: tuple[Way, Way] | None = None
        self._cut = self._ended = False
        self._devices: list[int] = []
        self._pump = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        """Set up the namespace and both devices. Raises NoTunnel."""
        if os.geteuid() or not Path("/dev/net/tun").exists():
            raise NoTunnel("network namespaces and /dev/net/tun need root")
        for tool in ("ip", "nsenter"):
            if not shutil.which(tool):
                raise NoTunnel(f"{tool} is not installed")
        outside, inside = f"qcw{os.getpid()}a", f"qcw{os.getpid()}b"
        try:
            self._devices = [_device(outside), _device(inside)]
            _ip("netns", "add", self._name)
            _ip("link", "set", inside, "netns", self._name)
            _ip("address", "add", f"{self.server}/30", "dev", outside)
            _ip("link", "set", outside, "up")
            _ip("-n", self._name, "address", "add", f"{self._browser}/30", "dev", inside)
            _ip("-n", self._name, "link", "set", inside, "up")
            _ip("-n", self._name, "link", "set", "lo", "up")
            # A browser without a default route believes that it is offline.
            _ip("-n", self._name, "route", "add", "default", "via", self.server)
        except (OSError, subprocess.CalledProcessError) as error:
            self._remove()
            raise NoTunnel(f"no network namespace can be made here: {error}") from error
        self._pump.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._ended = True
        self._pump.join(timeout=5)
        self._remove()

    def carry(self, port: int) -> str:
        """Return the address (scheme, host, port) of the server behind the line."""
        return f"http://{self.server}:{port}"

    def browser(self, program: str, folder: Path) -> str:
        """Return a program that starts the browser behind the line."""
        script = folder / "browser"
        script.write_text(f'#!/bin/sh\nexec nsenter --net=/run/netns/{self._name} {program} "$@"\n')
        script.chmod(0o755)
        return str(script)

    def become(self, link: Link) -> None:
        """Be this link from now on, whole."""
        self._ways, self._cut = (Way(link, seed=1), Way(link, seed=2)), False

    def cut(self) -> None:
        """Lose every packet, as a line that is down: nobody is told."""
        self._cut = True

    def restore(self) -> None:
        """Let packets pass again."""
        self._cut = False

    def _run(self) -> None:
        outside, inside = self._devices
        order, on_their_way = itertools.count(), list[tuple[float, int, int, bytes]]()
        while not self._ended:
            now = time.monotonic()
            while on_their_way and on_their_way[0][0] <= now:
                _at, _number, target, packet = heapq.heappop(on_their_way)
                if not self._cut:
                    with contextlib.suppress(OSError):  # a device that is full or down loses it
                        os.write(target, packet)
                        self.traffic.add(len(packet), down=target == inside)
            patience = min(on_their_way[0][0] - now, 0.1) if on_their_way else 0.1
            for source in select.select(self._devices, [], [], max(patience, 0))[0]:
                with contextlib.suppress(BlockingIOError):
                    packet, down = os.read(source, 65_536), source == outside
                    way = self._ways[0 if down else 1] if self._ways and not self._cut else None
                    arrives = way.send(len(packet), time.monotonic()) if way else None
                    if arrives is not None:
                        target = inside if down else outside
                        heapq.heappush(on_their_way, (arrives, next(order), target, packet))

    def _remove(self) -> None:
        subprocess.run(["ip", "netns", "delete", self._name], capture_output=True, check=False)
        for device in self._devices:
            os.close(device)  # the devices go with it
        self._devices = []


def _device(name: str) -> int:
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, _TUNSETIFF, struct.pack("16sH22x", name.encode(), _IFF_TUN | _IFF_NO_PI))
    return device


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)
