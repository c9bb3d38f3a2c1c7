#!/usr/bin/env python3
"""Check an exported ledger without the site, its database or its program.

    python3 audit_ledger.py EXPORT [--key HEX]... [--witness HEADS.json]...

EXPORT comes from `manage.py export_ledger`. `--key` is the site's public key as you were given it, not as the
export says; `--witness` is what you kept of /ledger/heads.json. It needs Python 3.9 and `cryptography`
(python3 -m pip install cryptography). Exit 0: all holds. 1: something is wrong, and every line says where and
what. 2: the file cannot be read as an export.

It shares no line with the platform on purpose: two programs that agree are worth more than one asked twice.
"""

import argparse
import hashlib
import json
import re
import sys
import unicodedata
from datetime import date, timedelta

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:
    sys.exit("audit_ledger needs the package cryptography: python3 -m pip install cryptography")

GENESIS = "0" * 64
HEADER = re.compile(
    r"qianchang ledger heads 1\nsite: (?P<site>.*)\nnumber: (?P<number>[0-9]+)\nday: (?P<day>[0-9-]{10})\n"
    r"signed-at: (?P<at>[0-9TZ:-]{20})\nkey: (?P<key>[0-9a-f]{64})\nprevious: (?P<previous>[0-9a-f]{64})\n"
)
STATEMENT = re.compile(r"(?P<kind>\S+) (?P<ledger>\S+) (?P<sequence>[0-9]+) (?P<own>[0-9a-f]{64})")


class Unreadable(Exception):
    """The file is not an export, or was damaged so that it cannot be read as one."""


class Chain:
    """One kind of ledger as it is read, entry by entry, beside what was signed of it."""

    def __init__(self, name):
        self.name = name
        self.expected, self.previous = 1, GENESIS
        self.digests = {}  # number -> the digests of the entries that stand there
        self.known = set()
        self.hidden = 0
        self.end = None
        self.faults = []

    def blame(self, sequence, what):
        self.faults.append(f"{self.name} #{sequence}: {what}")

    def add(self, line):
        sequence, fields = line["sequence"], line["fields"]
        if sequence > self.expected:
            self.blame(self.expected, f"entries {self.expected} to {sequence - 1} are missing")
        elif sequence in self.digests:
            self.blame(sequence, "stands more than once")
        elif sequence < self.expected:
            self.blame(sequence, "stands in the wrong place")
        if line["previous"] != self.previous:
            self.blame(sequence, "does not follow the entry before it")
        if fields is None:
            self.hidden += 1
        else:
            if digest(line["previous"], fields) != line["hash"]:
                self.blame(sequence, "was altered: its digest does not fit its fields")
            said = dict(fields)
            if (said.get("ledger"), said.get("sequence")) != (self.name.split(" ")[1], sequence):
                self.blame(sequence, "belongs to another place or ledger")
            reversed_digest = said.get("reverses")
            if isinstance(reversed_digest, str) and reversed_digest not in self.known:
                self.blame(sequence, "reverses an entry that does not stand before it")
        self.digests.setdefault(sequence, []).append(line["hash"])
        self.known.add(line["hash"])
        self.expected, self.previous = sequence + 1, line["hash"]

    def finish(self, statements):
        """Check the end of the chain, and every signed word about it: [(number, day, sequence, digest)]."""
        if self.end is None:
            self.blame(self.expected, "the export does not say where this ledger ends")
        elif self.end[0] >= self.expected:
            self.blame(self.expected, f"entries {self.expected} to {self.end[0]} are missing")
        elif self.end != (self.expected - 1, self.previous):
            self.blame(self.expected - 1, "is not the entry that the ledger ends with")
        held = 0
        for number, day, sequence, own in sorted(set(statements), key=lambda each: (each[2], each[0])):
            source = f"signed head {number} of {day}"
            if own in self.digests.get(sequence, ()):
                held = max(held, sequence)
            elif sequence in self.digests:
                since = f"entries {held + 1} to {sequence} were rewritten" if held else "it was rewritten"
                self.blame(sequence, f"is not the entry that {source} states: {since}")
            else:
                self.blame(sequence, f"is missing, but {source} states it")


class Heads:
    """The line of signed heads as it is read."""

    def __init__(self, trusted):
        self.trusted = trusted
        self.expected, self.previous, self.day = 1, GENESIS, ""
        self.hashes = set()
        self.statements = {}  # "kind ledger" -> [(number, day, sequence, digest)]
        self.faults, self.notes = [], []

    def blame(self, number, what):
        self.faults.append(f"signed head #{number}: {what}")

    def add(self, head):
        text = head["document"]
        self.hashes.add(sha256(text.encode()))
        read = read_document(text)
        if read is None:
            self.blame(self.expected, "the document was altered: it cannot be read")
            self.expected, self.previous = self.expected + 1, sha256(text.encode())
            return
        number, day, key, previous, statements = read
        if number > self.expected:
            self.blame(self.expected, f"signed heads {self.expected} to {number - 1} are missing")
        elif number < self.expected:
            self.blame(number, "the signed head stands more than once or in the wrong place")
        if previous != self.previous:
            self.blame(number, "does not follow the signed head before it")
        if day <= self.day:
            self.blame(number, "its day is not after the day of the one before")
        elif self.day and date.fromisoformat(day) - date.fromisoformat(self.day) > timedelta(days=1):
            self.notes.append(f"no head was signed between {self.day} and {day}")
        if key != head["key"] or key not in self.trusted:
            self.blame(number, "is signed with a key that is not this site's")
        elif not is_signed(text, key, head["signature"]):
            self.blame(number, "the signature does not fit the document")
        else:
            for kind, ledger, sequence, own in statements:
                self.statements.setdefault(f"{kind} {ledger}", []).append((number, day, sequence, own))
        self.expected, self.previous, self.day = number + 1, sha256(text.encode()), day

    def compare(self, name, kept):
        """Find the heads that a witness kept, soundly signed, and that read otherwise in the export or are gone."""
        for head in kept:
            read = read_document(head["document"])
            if read is None or not is_signed(head["document"], read[2], head["signature"]):
                raise Unreadable(f"{name}: a kept head is not signed soundly; fetch it again")
            if read[2] not in self.trusted:
                raise Unreadable(
                    f"{name}: a kept head is signed with another key; give it as --key if it is right"
                )
            if sha256(head["document"].encode()) not in self.hashes:
                self.blame(read[0], f"is not the signed head that the witness kept ({name})")


def canonical(fields):
    """Return the one byte string that stands for these fields."""
    normal = []
    for name, value in fields:
        if isinstance(value, str):
            value = unicodedata.normalize("NFC", value)
        elif value is not None and not isinstance(value, int):
            raise Unreadable(f"{name}: a field is an integer, a text, a truth value or nothing")
        normal.append([name, value])
    return json.dumps(normal, ensure_ascii=False, separators=(",", ":")).encode()


def digest(previous, fields):
    return sha256(previous.encode() + b"\n" + canonical(fields))


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def read_document(text):
    """Return number, day, key, previous and statements of a signed head, or None for anything else."""
    header = HEADER.match(text)
    if header is None or not text.endswith("\n"):
        return None
    try:
        date.fromisoformat(header["day"])
    except ValueError:
        return None
    statements = []
    for line in text[header.end() :].split("\n")[:-1]:
        found = STATEMENT.fullmatch(line)
        if found is None:
            return None
        statements.append((found["kind"], found["ledger"], int(found["sequence"]), found["own"]))
    return int(header["number"]), header["day"], header["key"], header["previous"], statements


def is_signed(text, key, signature):
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def audit(lines, keys, witnesses):
    """Return (what was found right, notes, faults) of an export given as lines of text."""
    lines = iter(lines)
    first = parsed(next(lines, ""), 1)
    if first.get("qianchang_ledger_export") != 1:
        raise Unreadable("the first line is not that of a ledger export (version 1)")
    said_keys = list(first["keys"])
    heads = Heads(set(keys or said_keys))
    chains = {kind: Chain(f"{kind} {first['ledger']}") for kind in first["kinds"]}
    counts, end = {}, None
    for at, text in enumerate(lines, start=2):
        line = parsed(text, at)
        if end is not None:
            raise Unreadable(f"line {at} stands after the end")
        if "end" in line:
            end = line["end"]
        elif "head" in line:
            heads.add(line["head"])
            counts["heads"] = counts.get("heads", 0) + 1
        elif line.get("kind") not in chains:
            raise Unreadable(f"line {at} belongs to nothing that the first line names")
        elif "ends_with" in line:
            chains[line["kind"]].end = (line["ends_with"], line["hash"])
        else:
            chains[line["kind"]].add(line)
            counts[line["kind"]] = counts.get(line["kind"], 0) + 1
    faults = [] if end == counts else [f"the file: says it holds {end}, but holds {counts}"]
    for name, kept in witnesses:
        heads.compare(name, kept)
    told, notes = [], list(heads.notes)
    for kind, chain in chains.items():
        chain.finish(heads.statements.get(chain.name, ()))
        faults += chain.faults
        told.append(f"{chain.name}: {counts.get(kind, 0)} entries, {len(chain.faults)} faults")
        stated = max((each[2] for each in heads.statements.get(chain.name, ())), default=0)
        if chain.expected - 1 > stated:
            notes.append(
                f"{chain.name}: entries {stated + 1} to {chain.expected - 1} are in no signed head yet"
            )
        if chain.hidden:
            notes.append(f"{chain.name}: {chain.hidden} entries are given without their fields")
    for name in sorted(set(heads.statements) - {chain.name for chain in chains.values()}):
        if name.split(" ")[1] == first["ledger"]:
            faults.append(f"{name}: is missing from the export, but was signed")
    faults += heads.faults
    told.append(f"signed heads: {counts.get('heads', 0)}, {len(heads.faults)} faults")
    if not keys:
        notes.append("the public key was taken from the export itself; compare it with the one you were given: "
                     + ", ".join(said_keys))  # fmt: skip
    if not witnesses:
        notes.append("no kept heads were given: a history signed anew with the site's own key would not show")
    return told, notes, faults


def parsed(text, at):
    try:
        line = json.loads(text)
    except ValueError as error:
        raise Unreadable(f"line {at} is not JSON") from error
    if not isinstance(line, dict):
        raise Unreadable(f"line {at} is not an object")
    return line


def read_witness(path):
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 (one file for people who have only Python)
        return path, json.load(file)["heads"]


def main(arguments=None):
    asked = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    asked.add_argument("export", help="a file that manage.py export_ledger wrote")
    asked.add_argument(
        "--key", action="append", metavar="HEX", help="a public key that may sign (64 hex digits)"
    )
    asked.add_argument(
        "--witness", action="append", metavar="FILE", help="what you kept of /ledger/heads.json"
    )
    options = asked.parse_args(arguments)
    try:
        kept = [read_witness(path) for path in options.witness or []]
        with open(options.export, encoding="utf-8") as file:  # noqa: PTH123
            told, notes, faults = audit(file, options.key, kept)
    except (Unreadable, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        sys.stderr.write(f"cannot be read: {type(error).__name__}: {error}\n")
        return 2
    sys.stdout.write("".join(f"{line}\n" for line in told))
    sys.stderr.write("".join(f"note: {note}\n" for note in notes))
    sys.stderr.write("".join(f"{fault}\n" for fault in faults))
    sys.stdout.write(f"{len(faults)} faults\n" if faults else "everything holds\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
