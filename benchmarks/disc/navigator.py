"""A DVD player without a screen: libdvdnav, as in most software players, pressing buttons and reading what comes."""

import ctypes
import ctypes.util
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

_BLOCK_BYTES = 2048
_DATA, _NOTHING, _STILL, _NAVIGATION, _STOP, _WAIT = 0, 1, 2, 7, 8, 13
# A menu or a chapter of a test comes within this many blocks, or never.
_PATIENCE = 200_000
TITLE_KEY, MENU_KEY = 2, 3


class PlayerConfused(AssertionError):
    """The disc led the player nowhere."""


@dataclass(frozen=True)
class Place:
    """Where a player is: "root" or "lecture" menu with the title set unknown to it, or a title and its chapter."""

    domain: str
    title: int = 0
    chapter: int = 0


class Navigator:
    """One disc in the player. Use as a context."""

    def __init__(self, image: Path) -> None:
        name = ctypes.util.find_library("dvdnav")
        if name is None:
            raise PlayerConfused("libdvdnav is not installed")
        self._library = ctypes.CDLL(name)
        self._library.dvdnav_get_current_nav_pci.restype = ctypes.c_void_p
        self._library.dvdnav_err_to_string.restype = ctypes.c_char_p
        for name in ("dvdnav_is_domain_vmgm", "dvdnav_is_domain_vtsm"):
            getattr(self._library, name).restype = ctypes.c_int8
        self._disc = ctypes.c_void_p()
        self._call("dvdnav_open", ctypes.byref(self._disc), str(image).encode(), opened=False)
        self._call("dvdnav_set_readahead_flag", 0)
        self._call("dvdnav_set_PGC_positioning_flag", 1)

    def __enter__(self) -> "Navigator":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._library.dvdnav_close(self._disc)

    @property
    def titles(self) -> list[int]:
        """How many chapters each title has."""
        count, parts, found = ctypes.c_int32(), ctypes.c_int32(), []
        self._call("dvdnav_get_number_of_titles", ctypes.byref(count))
        for number in range(1, count.value + 1):
            self._call("dvdnav_get_number_of_parts", number, ctypes.byref(parts))
            found.append(parts.value)
        return found

    @property
    def place(self) -> Place:
        """Where the player is now."""
        if self._library.dvdnav_is_domain_vmgm(self._disc):
            return Place("root")
        if self._library.dvdnav_is_domain_vtsm(self._disc):
            return Place("lecture")
        title, part = ctypes.c_int32(), ctypes.c_int32()
        self._call("dvdnav_current_title_info", ctypes.byref(title), ctypes.byref(part))
        return Place("title", title.value, part.value)

    def to_menu(self) -> bytes:
        """Play on until a menu stands still, and return the stream of its page."""
        stream = bytearray()
        for _block in range(_PATIENCE):
            event, data = self._next()
            if event == _STILL and self.place.domain != "title":
                return bytes(stream)
            if event == _DATA:
                if self.place.domain == "title":
                    stream.clear()
                else:
                    stream += data
        raise PlayerConfused(f"no menu, but {self.place}")

    def to_title(self) -> Place:
        """Play on until pictures of a title come, and return which and where in it."""
        for _block in range(_PATIENCE):
            event, _data = self._next()
            if event == _DATA and self.place.domain == "title":
                return self.place
        raise PlayerConfused(f"no title, but {self.place}")

    def play_until_other(self, title: int) -> Place:
        """Play a title to its end, and return where the disc leads then."""
        for _block in range(_PATIENCE):
            event, _data = self._next()
            if event in (_DATA, _STILL) and (self.place.domain != "title" or self.place.title != title):
                return self.place
        raise PlayerConfused(f"{self.place} has no end")

    def press(self, button: int) -> None:
        """Press a button of the menu that stands still."""
        packet = ctypes.c_void_p(self._library.dvdnav_get_current_nav_pci(self._disc))
        self._call("dvdnav_button_select_and_activate", packet, button)

    def call(self, key: int) -> None:
        """Press the title key or the menu key of the remote control."""
        self._call("dvdnav_menu_call", key)

    def chapter(self, title: int, number: int) -> None:
        """Go to a chapter."""
        self._call("dvdnav_part_play", title, number)

    def _next(self) -> tuple[int, bytes]:
        block = ctypes.create_string_buffer(_BLOCK_BYTES)
        event, length = ctypes.c_int32(), ctypes.c_int32()
        self._call("dvdnav_get_next_block", block, ctypes.byref(event), ctypes.byref(length))
        if event.value == _STOP:
            raise PlayerConfused("the disc stopped")
        if event.value == _WAIT:
            self._call("dvdnav_wait_skip")
        if event.value == _STILL:
            kept = event.value
            if self.place.domain == "title":
                self._call("dvdnav_still_skip")
            return kept, b""
        kind = _DATA if event.value == _NAVIGATION else event.value
        return kind, block.raw if kind == _DATA else b""

    def _call(self, name: str, *arguments: object, opened: bool = True) -> None:
        given = (self._disc, *arguments) if opened else arguments
        if getattr(self._library, name)(*given) != 1:
            why = self._library.dvdnav_err_to_string(self._disc) if opened else b"cannot open"
            raise PlayerConfused(f"{name}: {(why or b'').decode(errors='replace')}")
