from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PlacementsConfig(AppConfig):
    """Registers: trainees (千人计划), donated vehicles and computers, the pool of young lawyers, county classes."""

    name = "programmes.placements"
    label = "placements"

    def ready(self) -> None:
        from programmes.placements import privacy

        privacy.declare_holdings()

        from programmes.placements import donation_wall, queries, todo
        from programmes.plans import counts
        from qianchang.people.todo import register_groups

        register_groups("placements", todo.groups)
        counts.register_counts(queries.counted_for_plans)
        # What was verified counts: the database refuses to rewrite it.
        post_migrate.connect(donation_wall.put_up, sender=self, dispatch_uid="placements.donation_wall")
