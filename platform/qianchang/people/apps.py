from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """The people that the rooms share: accounts, associations, firms, lawyers, roles and permissions."""

    name = "qianchang.people"
    label = "people"

    def ready(self) -> None:
        from qianchang.people import editing

        editing.listen()
