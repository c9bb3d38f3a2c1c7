"""A lawyer with two and a half hours, and the certificate of them."""

from datetime import timedelta

import pytest

from courses.certificates import operations
from courses.credits import corrections
from courses.credits.models import CreditEntry


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.CERTIFICATE_DIR = tmp_path
    settings.SITE_ROOT_URL = "https://qianchang.example"


@pytest.fixture
def at(evening):
    return evening + timedelta(days=1)


@pytest.fixture
def award(watched):
    watched()
    return CreditEntry.objects.select_related("lawyer__association").get()


@pytest.fixture
def issue(award, world, at):
    """Return a function that issues the lawyer's certificate of 2026."""

    def act(by=None, when=None):
        return operations.issue_certificate(
            lawyer=world.county_lawyer, year=2026, by=by or world.county_account, at=when or at
        )

    return act


@pytest.fixture
def reverse(award, world, at):
    """Return a function that takes the award back by two people."""

    def act():
        proposed = corrections.propose_correction(
            subject=corrections.subject_of_entry(award), reason="重复。", by=world.beneficiary_officer, at=at
        )
        return corrections.carry_out(correction=proposed, by=world.second_beneficiary_officer, at=at).posted

    return act
