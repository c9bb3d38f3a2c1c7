from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_migrate, pre_migrate, pre_save


class PeopleConfig(AppConfig):
    """The people that the rooms share: accounts, associations, firms, lawyers, roles and permissions."""

    name = "qianchang.people"
    label = "people"

    def ready(self) -> None:
        from qianchang.groundwork import ledgers
        from qianchang.people import account_events, editing, facts, queries, wall_policies, walls
        from qianchang.people.privacy import consents, registering
        from qianchang.people.privacy.pictures import forget_the_camera
        from qianchang.people.privacy.views import remind_of_consent
        from qianchang.people.rosters import todo as roster_todo
        from qianchang.people.todo import register_groups

        register_groups("rosters", roster_todo.groups)
        account_events.listen()
        editing.listen()
        walls.listen()
        pre_migrate.connect(
            wall_policies.take_down_before_going_back, sender=self, dispatch_uid="people.walls_down"
        )
        post_migrate.connect(wall_policies.put_up_after_migrate, sender=self, dispatch_uid="people.walls")
        post_migrate.connect(facts.load_designations, sender=self, dispatch_uid="people.designations")
        ledgers.register_names(queries.association_names)
        registering.declare_everything()
        post_migrate.connect(consents.load_texts, sender=self, dispatch_uid="people.consent_texts")
        pre_save.connect(forget_the_camera, sender="wagtailimages.Image", dispatch_uid="people.pictures")
        user_logged_in.connect(remind_of_consent, dispatch_uid="people.remind_of_consent")
