"""No table with names in it stands outside of the second wall unless this page says why."""

from django.apps import apps

from qianchang.people import wall_policies
from qianchang.people.models import Lawyer

# What is personal in a name of a column.
PERSONAL = {"name", "licence_number", "phone", "email", "address", "values", "reason"}
OUTSIDE = {
    "people_account": "signing in looks it up, and officers act under their names",
    "people_association": "associations are no persons",
    "people_firm": "firms are public",
    "people_region": "regions are no persons",
    "people_jurisdiction": "bodies of rules are no persons",
    "people_designation": "units are no persons",
    "people_pairing": "names nobody itself; lawyers stand behind the wall of their own table",
}
# Numbers that point at a person, found and shown only together with the row that the wall hides.
POINTERS = {
    "people_coderequest",
    "people_invitation",
    "people_erasurerequest",
    "people_ledgerkey",
    "people_mail",
    "people_notice",
}


def test_every_table_of_people_that_names_or_describes_somebody_is_walled_or_said_not_to_be() -> None:
    found = set()
    for model in apps.get_app_config("people").get_models():
        about = any(field.related_model is Lawyer for field in model._meta.get_fields() if field.concrete)
        names = PERSONAL & {field.name for field in model._meta.get_fields() if field.concrete}
        if about or names or model is Lawyer:
            found.add(model._meta.db_table)

    assert found - set(wall_policies.WALLED) - set(OUTSIDE) - POINTERS == set()


def test_every_walled_table_exists() -> None:
    tables = {model._meta.db_table for model in apps.get_app_config("people").get_models()}

    assert set(wall_policies.WALLED) <= tables
    assert not set(wall_policies.WALLED) & (set(OUTSIDE) | POINTERS)
