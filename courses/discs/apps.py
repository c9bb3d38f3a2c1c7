from django.apps import AppConfig


class DiscsConfig(AppConfig):
    """Discs (光盘): masters, serial numbers, and the custody of each."""

    name = "courses.discs"
    label = "discs"

    def ready(self) -> None:
        from courses.discs import privacy

        privacy.declare_holdings()

        from courses.discs import data_part, evidence, images, making, todo
        from courses.schedule.registries import register_discs, register_scheduled
        from media_pipeline.api import register_disc_data
        from qianchang.people.todo import register_groups

        register_discs(evidence.papers_of)
        register_scheduled(making.attach_discs)
        register_disc_data(data_part.write)
        register_groups("discs", todo.groups)
        images.listen()
