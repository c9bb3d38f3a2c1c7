from django.apps import AppConfig


class PlansConfig(AppConfig):
    """Programmes, plans and targets with their sources."""

    name = "programmes.plans"
    label = "plans"

    def ready(self) -> None:
        from programmes.plans import privacy

        privacy.declare_holdings()

        from courses import api as courses
        from programmes.plans import queries

        courses.register_programmes(queries.programme_names)

        from programmes.plans import todo
        from qianchang.people.todo import register_deadlines

        register_deadlines("plans", todo.deadlines)
