from django.apps import AppConfig


class QuotasConfig(AppConfig):
    """Training sessions counted toward targets: confirmation, month close, the board."""

    name = "programmes.quotas"
    label = "quotas"

    def ready(self) -> None:
        from programmes.quotas import privacy

        privacy.declare_holdings()

        from programmes.plans import counts
        from programmes.quotas import todo, totals
        from qianchang.people.todo import register_deadlines, register_groups

        register_groups("quotas", todo.groups)
        register_deadlines("quotas", todo.deadlines)
        counts.register_counts(totals.counted_for_plans)
