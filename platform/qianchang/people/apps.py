from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """The people that the rooms share: accounts, associations, firms, lawyers, roles and permissions."""

    name = "qianchang.people"
    label = "people"

    def ready(self) -> None:
        from qianchang.groundwork import ledgers
        from qianchang.people import editing, queries

        editing.listen()
        ledgers.register_names(queries.association_names)
