from django.apps import AppConfig
from django.db.models.signals import post_migrate


class QuotasConfig(AppConfig):
    """Training sessions counted toward targets: confirmation, month close, the board."""

    name = "programmes.quotas"
    label = "quotas"

    def ready(self) -> None:
        from programmes.quotas import privacy

        privacy.declare_holdings()

        from programmes.plans import counts
        from programmes.quotas import reversal_wall, todo, totals
        from qianchang.people.todo import register_deadlines, register_groups

        register_groups("quotas", todo.groups)
        register_deadlines("quotas", todo.deadlines)
        counts.register_counts(totals.counted_for_plans)
        # Whoever decided, and what, must stay provable: the database refuses to rewrite it.
        post_migrate.connect(reversal_wall.put_up, sender=self, dispatch_uid="quotas.reversal_wall")
