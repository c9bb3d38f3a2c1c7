"""Run tests on a PostgreSQL of their own, as a user of the database whom the walls bind (people/walls.py).

    python -m tests.on_postgresql tests/courses/enrolment -x

takes what pytest takes. It exits as pytest does.
"""

import os
import subprocess
import sys

from tests.postgresql import postgresql

USUAL = ("-q", "--no-migrations", "-m", "not media and not browser and not stack")


def main(arguments: list[str]) -> int:
    """Run pytest with these arguments beside the usual ones, and return what it exits with."""
    environment = {key: value for key, value in os.environ.items() if key != "QIANCHANG_STATE"}
    with postgresql() as url:
        environment["DATABASE_URL"] = url
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *USUAL, *arguments], env=environment, check=False
        )
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
