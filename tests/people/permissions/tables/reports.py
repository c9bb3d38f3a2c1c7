"""The addresses of the reports: each association's own are its own, the bulletin is everybody's who gives or compares."""

from typing import Any

from qianchang.people.permissions import Act
from tests.people.permissions.entries import Entry, page

SEE, MAKE = (Act.SEE_RETURN,), (Act.MAKE_RETURN,)
READ, ISSUE = (Act.SEE_BULLETIN,), (Act.MAKE_BULLETIN,)
MONTH, YEAR = "2026-09", 2026
AN_ASSOCIATIONS: dict[str, Any] = {"whose": "association", "hidden": 404}

TABLE: dict[str, Entry] = {
    # Who compares all associations reads a return; the association alone writes and sends it.
    "reports:month": Entry(
        {"GET": SEE, "POST": MAKE}, where={"month": MONTH}, query="?of=<of>", aloud=SEE, **AN_ASSOCIATIONS
    ),
    "reports:draft": page(MAKE, where={"month": MONTH, "of": "<of>", "format": "docx"}, **AN_ASSOCIATIONS),
    "reports:sent": page(SEE, where={"pk": "<return>", "format": "docx"}, refused=404, **AN_ASSOCIATIONS),
    "reports:year": page(SEE, where={"year": YEAR}, query="?of=<of>", **AN_ASSOCIATIONS),
    "reports:year_file": page(
        SEE, where={"year": YEAR, "of": "<of>", "kind": "progress", "format": "xlsx"}, **AN_ASSOCIATIONS
    ),
    "reports:evidence": page(MAKE, where={"year": YEAR, "of": "<of>"}, **AN_ASSOCIATIONS),
    "reports:national_recognition": page(ISSUE, where={"year": YEAR, "format": "xlsx"}),
    "reports:bulletin": Entry({"GET": READ, "POST": ISSUE}, where={"month": MONTH}, aloud=READ),
    "reports:bulletin_draft": page(ISSUE, where={"month": MONTH, "format": "docx"}),
    "reports:bulletin_issue": page(READ, where={"pk": "<issue>", "format": "docx"}),
}
