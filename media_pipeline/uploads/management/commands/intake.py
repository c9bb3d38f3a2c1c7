"""`manage.py intake PATH... --owner USERNAME`: takes recordings that came by post on a disk."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _

from media_pipeline.uploads import intake
from qianchang.people.models import Account


class Command(BaseCommand):
    """Takes files and folders as recordings of one expert. The same limits as an upload; the source is never changed.

    One line for each file. Exit code 1 when any was not taken. Run again after a break, it goes on where it stopped, and
    recognises what is here already.
    """

    help = "Take recordings from a disk: files, or folders with all their files"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument(
            "--owner", required=True, help="user name of the expert whose recordings these are"
        )
        parser.add_argument(
            "--sha256-file",
            type=Path,
            metavar="SUMS",
            help="list of checksums as sha256sum writes it; a SHA256SUMS in a given folder is read by itself",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        owner = Account.objects.filter(username=options["owner"], is_active=True).first()
        if owner is None:
            raise CommandError(_("There is no account named %s.") % options["owner"])
        refused = 0
        for given in options["paths"]:
            # The operator may point through a link; what stands on the disk may not.
            path = given.resolve()
            if not path.exists():
                raise CommandError(_("%s does not exist.") % given)
            sums, root = self._sums(path, options["sha256_file"])
            for file in intake.files_in(path):
                refused += not self._take(file, owner, sums, root)
        if refused:
            raise CommandError(_("%s not taken.") % refused, returncode=1)

    def _sums(self, path: Path, given: Path | None) -> tuple[dict[str, str], Path]:
        folder = path if path.is_dir() else path.parent
        beside = (folder / name for name in intake.SUMS_NAMES)
        listed = given.resolve() if given else next((each for each in beside if each.is_file()), None)
        if listed is None:
            return {}, folder
        try:
            return intake.read_sums(listed), listed.parent
        except intake.UnreadableSums as error:
            raise CommandError(
                _("%(path)s, line %(line)s: this is not a list of SHA-256 checksums.")
                % {"path": error.path, "line": error.line}
            ) from error
        except OSError as error:
            raise CommandError(_("%s cannot be read.") % listed) from error

    def _take(self, file: Path, owner: Account, sums: dict[str, str], root: Path) -> bool:
        expected = intake.sum_of(file, sums=sums, root=root)
        try:
            taken = intake.take_in(path=file, owner=owner, expected_sha256=expected, at=timezone.now())
        except intake.OwnerMayNotUpload as error:
            raise CommandError(
                _("%s may not send recordings: make the account an expert first.") % error
            ) from error
        except intake.NotTaken as refusal:
            self.stdout.write(f"✗ {file}: {refusal.sentence}")
            return False
        said = _("here already, not copied again") if taken.known else _("taken")
        size = filesizeformat(taken.recording.size_bytes)
        words = [said, size, str(taken.recording.public_id), f"sha256 {taken.recording.sha256}"]
        if sums:
            words.append(_("checksum as listed") if taken.compared else _("not on the list of checksums"))
        self.stdout.write(f"✓ {file}: {' · '.join(words)}")
        return True
