from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PeopleConfig(AppConfig):
    """The people that the rooms share: accounts, associations, firms, lawyers, roles and permissions."""

    name = "qianchang.people"
    label = "people"

    def ready(self) -> None:
        from qianchang.groundwork import ledgers
        from qianchang.people import editing, facts, queries

        editing.listen()
        post_migrate.connect(facts.load_designations, sender=self, dispatch_uid="people.designations")
        ledgers.register_names(queries.association_names)
