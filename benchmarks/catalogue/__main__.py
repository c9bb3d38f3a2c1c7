"""`python -m benchmarks.catalogue`: load the catalogue into the migrated, empty database that the environment names."""

import argparse
import time

import django


def main() -> None:
    """Load, and say how much and how long."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.catalogue", description=__doc__)
    parser.add_argument("--lectures", type=int, default=400)
    parser.add_argument("--courses", type=int, default=60)
    parser.add_argument("--paragraphs", type=int, default=30_000)
    wanted = parser.parse_args()
    django.setup()

    from django.utils import timezone

    from benchmarks.catalogue.loading import load
    from tests.world import World

    began = time.perf_counter()
    loaded = load(World(), **vars(wanted), at=timezone.now())
    print(
        f"{loaded.lectures} lectures, {loaded.courses} courses, {loaded.paragraphs} paragraphs "
        f"in {time.perf_counter() - began:.0f} s"
    )


main()
