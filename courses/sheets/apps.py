from django.apps import AppConfig


class SheetsConfig(AppConfig):
    """Sign-in sheets (签到表) of rooms: group screenings, sessions on site, dial-in sites."""

    name = "courses.sheets"
    label = "sheets"

    def ready(self) -> None:
        from courses.sheets import privacy

        privacy.declare_holdings()
