from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """The people that the three rooms share: accounts, associations, firms, lawyers, roles and permissions."""

    name = "qianchang.people"
    label = "people"
