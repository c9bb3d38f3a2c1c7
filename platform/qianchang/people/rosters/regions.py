"""The regions of the country, as data: regions.csv beside this file.

Source: the package china-division 2.7.0 (npm, MIT and WTFPL), which has the division codes that the National Bureau of
Statistics published for 2023; its statistical zones (codes ending in 71 to 79) are left out, which GB/T 2260 does not
have, and so are cities that it repeats as their own county. The cities of the XPCC (6590xx) are in it.
"""

import csv
from datetime import datetime
from pathlib import Path

from django.db import transaction

from qianchang.groundwork import audit
from qianchang.people.models import Account, Region

SOURCE = "china-division 2.7.0"
_FILE = Path(__file__).with_name("regions.csv")


@transaction.atomic
def load_regions(*, by: Account | None = None, at: datetime) -> int:
    """Enter every region of the table that is not there yet, and return how many. What is there stays as it is: names
    that documents of the programme gave are not touched. Doing it again changes nothing.
    """
    with _FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    known = dict(Region.objects.values_list("code", "pk"))
    entered = 0
    for level in (Region.Level.PROVINCE, Region.Level.PREFECTURE, Region.Level.COUNTY):
        missing = [row for row in rows if row["level"] == level and row["code"] not in known]
        made = Region.objects.bulk_create(
            [
                Region(code=row["code"], name_zh=row["name"], level=level, parent_id=known.get(row["parent"]))
                for row in missing
            ],
            batch_size=500,
        )
        known |= {region.code: region.pk for region in made}
        entered += len(made)
    if entered:
        audit.record("loaded regions", object_type="region", object_key=SOURCE, by=by, at=at, entered=entered)
    return entered
