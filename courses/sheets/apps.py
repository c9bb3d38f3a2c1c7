from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class SheetsConfig(AppConfig):
    """Sign-in sheets (签到表) of rooms: group screenings, sessions on site, dial-in sites."""

    name = "courses.sheets"
    label = "sheets"

    def ready(self) -> None:
        from courses.sheets import privacy

        privacy.declare_holdings()

        from courses.attendance.registries import register_room_times
        from courses.credits.registries import register_attended, register_awaited, register_giving_back
        from courses.discs.registries import register_blank_sheet
        from courses.schedule.registries import register_room_papers, register_rooms, register_rosters
        from courses.sheets import elsewhere, giving_back, office, one_place_wall, showing, todo
        from media_pipeline import api as media
        from qianchang.people.todo import register_groups

        register_groups("sheets", todo.groups)
        register_rosters(office.rosters)
        register_rooms(office.rooms)
        register_room_times(elsewhere.room_times)
        register_room_papers(office.papers)
        register_awaited(office.awaited)
        register_attended(office.attended)
        register_giving_back(giving_back.why_not, giving_back.count_again)
        register_blank_sheet(office.blank_sheet)

        media.register_access_policy(showing.may_play_recording)

        from courses.sheets.door.teaching import after_confirmation
        from courses.sheets.events import sheet_confirmed

        sheet_confirmed.connect(after_confirmation, dispatch_uid="sheets.teaching")
        pre_migrate.connect(one_place_wall.take_down, sender=self, dispatch_uid="sheets.one_place_wall_down")
        post_migrate.connect(one_place_wall.put_up, sender=self, dispatch_uid="sheets.one_place_wall")
