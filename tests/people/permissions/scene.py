"""Everything that a page can be about, once for Guangxi, once for Yunnan and once for Guangdong.

Guangdong is paired with Guangxi. So to the beneficiary officer of Guangxi the first is the own object, the second
another association's and the third the paired one's; to the supporting officer of Guangdong the last is the own one.
"""

from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.test import Client

from courses.api import Stop
from courses.attendance import operations as attendance
from courses.attendance.packs import open_pack
from courses.catalogue import operations as catalogue
from courses.catalogue.models import LecturePage
from courses.catalogue.site import ensure_site
from courses.certificates.operations import issue_certificate
from courses.credits import appeals, corrections
from courses.credits.operations import ensure_default_rules
from courses.discs.models import Disc, DiscMaster, DiscRequest
from courses.enrolment import classes
from courses.enrolment.operations import enrol, release_lecture
from courses.enrolment.releasing import open_collection
from courses.offline.making import make_stick
from courses.offline.models import Bundle
from courses.schedule.evidence import Accepted, add_file
from courses.schedule.models import TrainingSession
from courses.sheets.filing import add_file as add_photo
from courses.sheets.scheduling import open_sheet
from media_pipeline.conductor.models import MediaJob
from media_pipeline.uploads.models import Upload
from programmes.plans.documents import attach_document
from programmes.plans.models import Target
from programmes.quotas.models import QuotaEntry
from programmes.quotas.operations import schedule_session
from programmes.quotas.reversals import propose_reversal
from programmes.quotas.session_planning import begin_tour
from programmes.spot_checks.models import Finding
from qianchang.groundwork import vault
from qianchang.people.facts import record_pairing
from qianchang.people.models import Account, Association, Lawyer, Pairing, RoleGrant, RosterImport
from qianchang.people.permissions import Column
from tests.courses.factories import make_course, make_draft
from tests.programmes.factories import Office
from tests.programmes.placements.factories import Registers
from tests.programmes.reports.scene import issued_bulletin, sent_return
from tests.programmes.spot_checks.factories import checked_session
from tests.world import World

R = RoleGrant.Role
GUANGXI, YUNNAN, GUANGDONG = "CN-GX", "CN-YN", "CN-GD"
OWNERS = (GUANGXI, YUNNAN, GUANGDONG)


@dataclass
class Things:
    """What one association has: whose it is, and the numbers that stand in addresses."""

    association: Association
    lawyer: Lawyer
    expert: Account
    # The associations of both sides of its session: who held it, and for whom.
    supporter: str
    beneficiary: str
    in_addresses: dict[str, Any]


class Scene:
    """The cast, one account for each column of the matrix, and the things of three associations."""

    def __init__(self) -> None:
        self.world = world = World()
        self.office = Office(world)
        ensure_default_rules(world.now)
        # Makes the groups of the Wagtail admin; people/editing.py puts accounts into them.
        ensure_site(at=world.now)
        self.accounts: dict[Column, Account] = {
            Column.L: world.county_account,
            Column.E: world.expert,
            Column.C: world.county_contact,
            Column.B: world.beneficiary_officer,
            Column.S: world.supporting_officer,
            Column.N: world.national_officer,
            Column.W: world.editor,
            Column.A: world.administrator,
        }
        beijing = Association.objects.get(code="CN-BJ")
        # The documents assign sessions to Guangdong only; another pair needs a line of its own.
        line = Target.objects.get(plan=self.office.plan, supporter=world.guangdong, beneficiary=world.yunnan)
        line.pk, line.key, line.supporter = None, "other pair", beijing
        line.save()
        record_pairing(
            kind=Pairing.Kind.STRONG_WITH_WEAK,
            supporting=world.guangdong,
            beneficiary=world.guangxi,
            programme_code="BQQ-2012",
            valid_from=world.day,
            source="tests",
            by=world.national_officer,
            at=world.now,
        )
        self.registers = Registers(self.office)
        self.registers.send(beijing, world.yunnan)
        self.things = {
            GUANGXI: self._things(
                world.guangxi,
                world.county_lawyer,
                self._expert("gx.expert", world.guangxi),
                (world.beneficiary_officer, world.second_beneficiary_officer),
                (world.guangdong, world.guangxi),
            ),
            YUNNAN: self._things(
                world.yunnan,
                world.yunnan_lawyer,
                self._expert("yn.expert", world.yunnan),
                (world.yunnan_officer, self._officer("yn.second", world.yunnan)),
                (beijing, world.yunnan),
            ),
            GUANGDONG: self._things(
                world.guangdong,
                world.expert_lawyer,
                world.expert,
                (world.supporting_officer, world.second_supporting_officer),
                (world.guangdong, world.yunnan),
            ),
        }
        self._sessions: dict[Column, str] = {}
        for column, account in self.accounts.items():
            client = Client()
            client.force_login(account)
            # The password was typed a moment ago: dangerous acts do not ask for it again.
            session = client.session
            session["account_authentication_methods"] = [{"method": "password", "at": world.now.timestamp()}]
            session["account_authentication_methods_user"] = str(account.pk)
            session.save()
            self._sessions[column] = client.cookies[settings.SESSION_COOKIE_NAME].value

    def browser(self, column: Column) -> Client:
        """Return a fresh browser in which somebody of a column is signed in, or a guest's."""
        client = Client()
        if column in self._sessions:
            client.cookies[settings.SESSION_COOKIE_NAME] = self._sessions[column]
        return client

    def _expert(self, username: str, association: Association) -> Account:
        return self.world.grant(self.world.account(username, "讲师"), R.EXPERT, association)

    def _officer(self, username: str, association: Association) -> Account:
        return self.world.grant(self.world.account(username, "专员"), R.BENEFICIARY_OFFICER, association)

    def _things(
        self,
        association: Association,
        lawyer: Lawyer,
        expert: Account,
        officers: tuple[Account, Account],
        sides: tuple[Association, Association],
    ) -> Things:
        world, now = self.world, self.world.now
        lecture = self._published(association, expert)
        other = self._published(association, expert)
        assert lawyer.account is not None
        enrol(lawyer=lawyer, lecture=lecture, by=lawyer.account, at=now)
        version = lecture.versions.get()
        playback = attendance.open_playback(
            lawyer=lawyer, version=version, device="old PC", device_now_ms=0, at=now
        )
        pack = open_pack(
            lawyer=lawyer,
            version=version,
            pack_id=playback.public_id.__class__(int=association.pk),
            device="old PC",
            device_now_ms=0,
            at=now,
        )
        entry = self.office.reached(lecture, lawyer)
        appeal = appeals.file_appeal(
            lawyer=lawyer, entry=entry, words="请核对。", photo=b"jpeg", by=lawyer.account, at=now
        )
        correction = corrections.propose_correction(
            subject=corrections.subject_of_entry(self.office.reached(other, lawyer)),
            reason="重复。",
            by=officers[1],
            at=now,
        )
        certificate = issue_certificate(lawyer=lawyer, year=2026, by=lawyer.account, at=now)
        course = make_course(world, [lecture], title=f"课程{association.pk}")
        run = classes.open_class(
            course=course, association=association, terms=classes.Terms(name="秋季班"), by=officers[0], at=now
        )
        seat = enrol(lawyer=lawyer, course=course, run=run, by=lawyer.account, at=now)
        supporter, beneficiary = sides
        session = schedule_session(
            plan=self.office.plan,
            lecture_id=self._released_lecture(supporter).pk,
            mode_code="network_video",
            supporter=supporter,
            beneficiary=beneficiary,
            date=world.day + timedelta(days=association.pk % 7),
            by=world.national_officer,
            at=now,
        )
        if association == world.guangxi:
            TrainingSession.objects.filter(pk=session.id).update(county=world.napo_region)
        found = self._checked(supporter, beneficiary)
        registered = self._registered(association, supporter, beneficiary)
        assert lecture.recording is not None
        target = Target.objects.get(supporter=supporter, beneficiary=beneficiary, plan=self.office.plan)
        upload = Upload.objects.create(
            owner=expert,
            recording=lecture.recording,
            length=1000,
            created_at=now,
            expires_at=now + timedelta(days=7),
        )
        job = MediaJob.objects.filter(recording=lecture.recording).first()
        assert job is not None
        return Things(
            association=association,
            lawyer=lawyer,
            expert=expert,
            supporter=supporter.code,
            beneficiary=beneficiary.code,
            in_addresses={
                "lecture": lecture.pk,
                "draft": make_draft(world, by=expert, association=association, at=now).pk,
                "course": course.pk,
                "upload": upload.public_id,
                "recording": lecture.recording.public_id,
                "job": job.pk,
                "playback": playback.public_id,
                "pack": pack.public_id,
                "entry": entry.pk,
                "appeal": appeal.pk,
                "correction": correction.pk,
                "certificate": certificate.number,
                "class": run.pk,
                "release": lecture.releases.first().pk,
                "collection": open_collection(
                    association=association, name="精品课程", by=world.national_officer, at=now
                ).pk,
                "enrolment": seat.pk,
                "session": session.code,
                "evidence": self._evidence(session.id),
                "tour": self._tour(supporter, beneficiary),
                "target": target.pk,
                "document": attach_document(
                    target=target, name="通知.pdf", data=b"%PDF-1.7", by=world.national_officer, at=now
                ).pk,
                **self._doubted(supporter, beneficiary),
                **self._rooms(supporter, beneficiary),
                "check": found.sampled.drawing.spot_check.code,
                "check_photo": found.photo.pk,
                **registered,
                **self._screening(supporter, beneficiary),
                **self._discs(lecture, lawyer, supporter, beneficiary),
                **self._stick(lecture, lawyer),
                **sent_return(self.office.plan, association, by=officers[0], at=now),
                "issue": issued_bulletin(self.office.plan, by=world.national_officer, at=now),
                "lawyer": lawyer.pk,
                "version": version.pk,
                "firm": lawyer.firm_id,
                "import": RosterImport.objects.create(
                    association=association, file_name="名册.csv", created_at=now, stands_on=world.day
                ).pk,
                "account": lawyer.account.pk,
            },
        )

    def _discs(
        self, lecture: LecturePage, lawyer: Lawyer, supporter: Association, beneficiary: Association
    ) -> dict[str, Any]:
        """A disc of the supporting side for a county of the other, and what the lawyer asks for: the own side's lecture."""
        world, now = self.world, self.world.now
        held = self._released_lecture(supporter)
        version = held.versions.get()
        master = DiscMaster.objects.create(
            title=f"第{supporter.pk}辑{beneficiary.pk}",
            maker=supporter,
            presence_minutes=45,
            sha256=uuid4().hex * 2,
            entered_by=world.administrator,
            entered_at=now,
        )
        master.lectures.create(version=version, position=1, windows=[[0, 20_000]])
        number = Disc.objects.count() + 1
        disc = Disc.objects.create(
            number=number,
            serial=f"D-{number:04d}",
            master=master,
            beneficiary=beneficiary,
            region={GUANGXI: world.napo_region, YUNNAN: world.yunnan_region}[beneficiary.code],
            state=Disc.State.DISPATCHED,
            state_at=now,
            image=uuid4(),
            iso_sha256="f" * 64,
            iso_bytes=1,
            entered_by=world.administrator,
            entered_at=now,
        )
        request = DiscRequest.objects.create(
            association=lawyer.association,
            region=lawyer.firm.region,
            lawyer=lawyer,
            recipient="联络员",
            address="司法局",
            reason="网络太慢",
            asked_by=lawyer.account,
            asked_at=now,
        )
        request.lectures.create(lecture=lecture, position=1)
        return {"disc": disc.serial, "disc_master": master.pk, "disc_request": request.pk}

    def _stick(self, lecture: LecturePage, lawyer: Lawyer) -> dict[str, Any]:
        """A stick that the lawyer made with the own side's lecture, and a record of it that came back."""
        assert lawyer.account is not None
        now = self.world.now
        stick = make_stick(lawyer=lawyer, lectures=[lecture], way="light", by=lawyer.account, at=now)
        bundle = Bundle.objects.create(
            stick=stick,
            number=1,
            sha256=vault.keep(b"{}"),
            size_bytes=2,
            verdict="accepted",
            by=lawyer.account,
            received_at=now,
        )
        return {"stick": stick.number, "bundle": bundle.pk}

    def _evidence(self, session: int) -> int:
        """The agenda of a session, as the association's administrator handed it in."""
        return add_file(
            session=TrainingSession.objects.get(pk=session),
            kind="agenda",
            file=Accepted(b"%PDF-1.7 agenda", "application/pdf"),
            by=self.world.administrator,
            at=self.world.now,
        ).pk

    def _tour(self, supporter: Association, beneficiary: Association) -> int:
        """A tour with one stop."""
        world = self.world
        stop = Stop(
            self._released_lecture(supporter).pk, beneficiary, world.day + timedelta(days=30), "百色市司法局"
        )
        return begin_tour(
            plan=self.office.plan,
            title="巡讲",
            supporter=supporter,
            stops=[stop],
            by=world.national_officer,
            at=world.now,
        ).id

    def _registered(
        self, association: Association, supporter: Association, beneficiary: Association
    ) -> dict[str, int]:
        """A trainee and a gift between the two sides, a young lawyer and a county class of the association."""
        world, registers, national = self.world, self.registers, self.world.national_officer
        firm, officer = {
            GUANGXI: (world.napo_firm, world.beneficiary_officer),
            YUNNAN: (world.yunnan_firm, world.yunnan_officer),
        }[beneficiary.code]
        of_guangdong = supporter == world.guangdong
        trainee = registers.nominated(
            registers.lawyer(firm),
            supporter=supporter,
            host=registers.guangzhou if of_guangdong else supporter,
            by=officer,
        )
        donation = registers.offered(
            supporter=supporter,
            donor=registers.guangzhou if of_guangdong else supporter,
            beneficiary=beneficiary,
            by=national,
        )
        firm = {GUANGXI: world.napo_firm, YUNNAN: world.yunnan_firm}.get(
            association.code, world.guangzhou_firm
        )
        young = registers.member(
            registers.lawyer(firm), by=self._officer(f"pool.{association.code}", association)
        )
        held = registers.county_class(organiser=association, title=f"培训班{association.code}", by=national)
        return {
            "trainee": trainee.pk,
            "donation": donation.pk,
            "pool_member": young.pk,
            "lawyer_pair": self._paired(supporter, beneficiary),
            "county_class": held.pk,
        }

    def _paired(self, supporter: Association, beneficiary: Association) -> int:
        """A lawyer of the supporting side who helps one of the beneficiary side."""
        world, registers = self.world, self.registers
        firms = {world.guangxi.pk: world.napo_firm, world.yunnan.pk: world.yunnan_firm}
        helped = registers.lawyer(firms[beneficiary.pk])
        helps = registers.lawyer(world.guangzhou_firm)
        if supporter != world.guangdong:
            helps.association = supporter
            helps.save(update_fields=["association"])
        return record_pairing(
            kind=Pairing.Kind.STRONG_WITH_WEAK,
            supporting=helps,
            beneficiary=helped,
            valid_from=world.day,
            source="tests",
            by=world.national_officer,
            at=world.now,
        ).pk

    def _checked(self, supporter: Association, beneficiary: Association) -> Finding:
        """A session of its own that was counted, and in which a spot check of the beneficiary side found a fault."""
        session = schedule_session(
            plan=self.office.plan,
            lecture_id=self._released_lecture(supporter).pk,
            mode_code="onsite",
            supporter=supporter,
            beneficiary=beneficiary,
            date=self.world.day,
            place=f"会议室{supporter.pk}",
            by=self.world.national_officer,
            at=self.world.now,
        )
        theirs = {
            GUANGXI: self.world.beneficiary_officer,
            YUNNAN: self.world.yunnan_officer,
        }
        return checked_session(self.office, session, by=theirs[beneficiary.code])

    def _rooms(self, supporter: Association, beneficiary: Association) -> dict[str, Any]:
        """A session on site with the sheet of a room in which it is held just now, and a telephone conference."""
        world, codes = self.world, {}
        for mode in ("onsite", "teleconference"):
            codes[mode] = schedule_session(
                plan=self.office.plan,
                lecture_id=self._released_lecture(supporter).pk,
                mode_code=mode,
                supporter=supporter,
                beneficiary=beneficiary,
                date=world.day,
                place=f"会场{supporter.pk}",
                by=world.national_officer,
                at=world.now,
            ).code
        room = open_sheet(
            session=TrainingSession.objects.select_related("supporter", "beneficiary").get(
                code=codes["onsite"]
            ),
            site="二楼会议室",
            date=world.day,
            begins_at=time(9, 0),
            ends_at=time(11, 0),
            by=world.administrator,
            at=world.now,
        )
        return {"room": room.pk, "onsite": codes["onsite"], "conference": codes["teleconference"]}

    def _screening(self, supporter: Association, beneficiary: Association) -> dict[str, int]:
        """A DVD screening of today in a county, with a photo of the room."""
        world = self.world
        code = schedule_session(
            plan=self.office.plan,
            lecture_id=self._released_lecture(supporter).pk,
            mode_code="dvd",
            supporter=supporter,
            beneficiary=beneficiary,
            date=world.day,
            by=world.national_officer,
            at=world.now,
        ).code
        sheet = open_sheet(
            session=TrainingSession.objects.select_related("supporter", "beneficiary").get(code=code),
            region={GUANGXI: world.napo_region, YUNNAN: world.yunnan_region}[beneficiary.code],
            site="司法局二楼",
            date=world.day,
            by=world.administrator,
            at=world.now,
        )
        photo = add_photo(
            sheet=sheet,
            kind="photo",
            file=Accepted(b"jpeg", "image/jpeg"),
            by=world.administrator,
            at=world.now,
        )
        return {"screening": sheet.pk, "sheet_file": photo.pk}

    def _doubted(self, supporter: Association, beneficiary: Association) -> dict[str, Any]:
        """The session of theirs that counts, which the administrator proposes to take back."""
        entry = QuotaEntry.objects.filter(supporter=supporter, beneficiary=beneficiary).latest("pk")
        proposed = propose_reversal(
            entry=entry, reason="重复计入。", by=self.world.administrator, at=self.world.now
        )
        return {"counted": entry.session.code, "reversal": proposed.pk}

    def _published(self, association: Association, expert: Account) -> LecturePage:
        now, national = self.world.now, self.world.national_officer
        lecture = make_draft(self.world, by=expert, association=association, at=now, duration_ms=3_600_000)
        lecture = catalogue.submit_lecture(lecture=lecture, by=expert, at=now)
        catalogue.publish_lecture(lecture=lecture, by=national, at=now)
        lecture.refresh_from_db()
        release_lecture(lecture=lecture, associations=None, by=national, at=now)
        return lecture

    def _released_lecture(self, association: Association) -> LecturePage:
        return self._published(association, self._expert(f"lecturer.{Account.objects.count()}", association))
