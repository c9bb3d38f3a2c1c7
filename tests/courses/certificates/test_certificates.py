"""Issuing, revoking, and what is said of a certificate afterwards."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.template.loader import render_to_string
from django.utils import translation

from courses.catalogue.models import Category
from courses.certificates import operations, pdf, queries, rules
from courses.certificates.models import Certificate, CertificateHolder, Revocation
from courses.certificates.rules import Standing
from courses.credits import corrections
from courses.credits.models import CreditEntry
from qianchang.groundwork import ledgers, qr
from qianchang.groundwork.models import AppendOnlyError, AuditEntry
from tests.courses.factories import make_published_lecture

pytestmark = pytest.mark.django_db


class TestIssuing:
    def test_it_freezes_what_stands_in_the_ledger(self, issue, award, world):
        certificate = issue()
        context = certificate.context
        assert (context["total"], context["ethics"], context["year"]) == ("2.5", "0.0", 2026)
        assert (context["jurisdiction"], context["rule_version"]) == ("national", 1)
        assert context["issuer_name"] == "广西律师协会"
        (entry,) = context["entries"]
        assert (entry["ledger"], entry["sequence"], entry["hours"]) == ("CN-GX", 1, "2.5")
        assert entry["entry_hash"] == award.entry_hash
        assert (certificate.holder.name, certificate.holder.firm_name) == ("韦晓岚", "广西边城律师事务所")

    def test_its_number_tells_nothing_but_the_year(self, issue):
        number = issue().number
        assert rules.read_number(number) == number
        assert number.startswith("QC-2026-")

    def test_asking_again_makes_no_second_one(self, issue):
        assert issue() == issue()
        assert AuditEntry.objects.filter(verb="issued").count() == 1

    def test_after_a_change_a_new_one_is_made(self, issue, world, at):
        first = issue()
        CertificateHolder.objects.update(name="韦小岚")
        assert issue() != first

    def test_without_hours_there_is_nothing_to_certify(self, issue, reverse):
        reverse()
        with pytest.raises(operations.UnableToIssue):
            issue()

    @pytest.mark.parametrize("who", ["yunnan_officer", "supporting_officer", "administrator"])
    def test_nobody_certifies_for_somebody_else(self, who, issue, world):
        with pytest.raises(queries.CertificateUnknown):
            issue(by=getattr(world, who))

    def test_it_stands_in_the_associations_chain(self, issue):
        certificate = issue()
        assert (certificate.ledger, certificate.sequence) == ("CN-GX", 1)
        assert ledgers.verify(Certificate, "CN-GX") == []
        with pytest.raises(AppendOnlyError):
            certificate.save()


class TestStanding:
    def test_a_new_one_is_valid(self, issue):
        assert queries.statement_of(issue().number).standing is Standing.VALID

    def test_a_reversed_entry_shows(self, issue, reverse):
        certificate = issue()
        reverse()
        statement = queries.statement_of(certificate.number)
        assert (statement.standing, statement.hours_now) == (Standing.CHANGED, 0)
        assert len(statement.reversed_entries) == 1

    def test_an_unknown_number_is_unknown(self, issue):
        issue()
        for number in ("QC-2026-0000-0000", "nonsense", ""):
            with pytest.raises(queries.CertificateUnknown):
                queries.statement_of(number)

    @pytest.mark.parametrize("column", ["name", "licence_number", "firm_name"])
    def test_a_holder_that_was_altered_is_told(self, issue, column):
        certificate = issue()
        CertificateHolder.objects.update(**{column: "1" * 17})
        assert queries.statement_of(certificate.number).standing is Standing.ALTERED

    def test_a_context_that_was_altered_behind_the_wall_is_told(self, issue):
        certificate = issue()
        context = {**certificate.context, "total": "40.0"}
        # Given somebody with the database's own password, who takes the trigger down first.
        table = " ON certificates_certificate" if connection.vendor == "postgresql" else ""
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER IF EXISTS certificates_certificate_no_update" + table)
        Certificate.objects.filter(pk=certificate.pk).update(context=context)
        assert queries.statement_of(certificate.number).standing is Standing.ALTERED

    def test_an_erased_person_leaves_a_certificate_that_still_is_proved(self, issue):
        certificate = issue()
        CertificateHolder.objects.all().delete()
        statement = queries.statement_of(certificate.number)
        assert (statement.standing, statement.masked_name) == (Standing.VALID, "")
        assert not statement.is_usable

    def test_many_take_one_query_more(self, issue, django_assert_num_queries):
        lawyer = issue().lawyer
        with django_assert_num_queries(2):
            queries.certificates_of(lawyer, 2026)


class TestRevoking:
    @pytest.fixture
    def revoke(self, world, at):
        def act(certificate, by=None, reason="冒领，已查实。"):
            return operations.revoke_certificate(
                certificate=certificate, reason=reason, by=by or world.beneficiary_officer, at=at
            )

        return act

    def test_an_officer_declares_it_void_with_a_reason(self, issue, revoke):
        certificate = issue()
        revoke(certificate)
        assert queries.statement_of(certificate.number).standing is Standing.REVOKED
        # The reason stands on the revocation alone, where an erasure finds it.
        assert AuditEntry.objects.get(verb="revoked").details == {}

    def test_twice_is_once(self, issue, revoke):
        certificate = issue()
        assert revoke(certificate) == revoke(certificate, reason="另一个原因")
        assert Revocation.objects.count() == 1

    def test_without_a_reason_nothing_happens(self, issue, revoke):
        certificate = issue()
        with pytest.raises(operations.UnableToRevoke):
            revoke(certificate, reason=" ")
        with pytest.raises(IntegrityError), transaction.atomic():
            Revocation.objects.create(
                certificate=certificate,
                reason="",
                revoked_by=certificate.issued_by,
                revoked_at=certificate.recorded_at,
            )

    @pytest.mark.parametrize(
        "who", ["yunnan_officer", "supporting_officer", "national_officer", "administrator", "county_account"]
    )
    def test_nobody_else_revokes(self, who, issue, revoke, world):
        with pytest.raises(queries.CertificateUnknown):
            revoke(issue(), by=getattr(world, who))

    def test_an_officer_does_not_revoke_the_own_one(self, issue, revoke, world):
        certificate = issue()
        both = world.grant(world.county_account, "beneficiary_officer", world.guangxi)
        with pytest.raises(operations.UnableToRevoke):
            revoke(certificate, by=both)

    def test_the_same_hours_are_certified_anew_only_by_an_officer(self, issue, revoke, world, at):
        first = issue()
        revoke(first)
        with pytest.raises(operations.UnableToIssue):
            issue()
        second = issue(by=world.beneficiary_officer, when=at + timedelta(hours=1))
        assert (second.edition, second.content_digest) == (2, first.content_digest)
        assert queries.statement_of(second.number).standing is Standing.VALID

    def test_nobody_certifies_the_own_hours_anew_after_a_colleague_declared_them_void(
        self, issue, revoke, world
    ):
        revoke(issue())
        both = world.grant(world.county_account, "beneficiary_officer", world.guangxi)
        with pytest.raises(operations.UnableToIssue):
            issue(by=both)
        assert Certificate.objects.count() == 1


class TestPaper:
    def test_it_is_one_page_and_made_once(self, issue, tmp_path):
        certificate = issue()
        paper = pdf.paper_of(certificate)
        assert paper.startswith(b"%PDF")
        assert paper.count(b"/Type /Page\n") + paper.count(b"/Type /Page ") <= 1
        assert (tmp_path / "2026" / f"{certificate.number}.pdf").read_bytes() == paper
        assert pdf.paper_of(certificate) is not None
        assert list(tmp_path.rglob("*.part")) == []

    def test_the_second_time_it_is_read_and_not_made(self, issue, monkeypatch):
        certificate = issue()
        paper = pdf.paper_of(certificate)
        monkeypatch.setattr(pdf, "_made", lambda _certificate: pytest.fail("made again"))
        assert pdf.paper_of(certificate) == paper

    def test_the_code_leads_to_the_page_that_checks_it(self, issue):
        numpy, cv2 = pytest.importorskip("numpy"), pytest.importorskip("cv2")
        import io

        import segno
        from PIL import Image

        number = issue().number
        picture = io.BytesIO()
        segno.make(pdf.verify_url(number), error="m", micro=False).save(picture, kind="png", scale=6)
        seen, *_rest = cv2.QRCodeDetector().detectAndDecode(numpy.array(Image.open(picture).convert("RGB")))
        assert seen == f"https://qianchang.example/verify/{number}/"
        assert "<svg" in qr.picture(pdf.verify_url(number))

    def test_without_the_person_there_is_no_paper(self, issue):
        certificate = issue()
        CertificateHolder.objects.all().delete()
        with pytest.raises(pdf.HolderErased):
            pdf.paper_of(Certificate.objects.get(pk=certificate.pk))


class TestHoursOnSite:
    @pytest.fixture
    def onsite(self, world, version, award, at):
        """Two hours of ethics on site in the same year, as the keying of a sign-in sheet would post them."""
        lecture = make_published_lecture(
            world,
            title="执业纪律",
            category=Category.ETHICS,
            released_to=[world.guangxi],
            duration_ms=5_400_000,
        )
        fields = {name: getattr(award, name) for name in corrections.REPEATED}
        entry = CreditEntry(
            **{
                **fields,
                "lecture_id": lecture.pk,
                "lecture_version_id": lecture.versions.get().pk,
                "category": Category.ETHICS,
                "mode_code": "onsite",
            },
            hours=2,
        )
        return ledgers.append(entry, ledger=award.ledger, at=at)

    def test_the_paper_and_the_check_page_name_them(self, onsite, issue, client):
        certificate = issue()
        context = certificate.context
        assert (context["total"], context["ethics"], context["onsite"]) == ("4.5", "2.0", "2.0")
        assert "（现场 2.0）" in client.get(f"/verify/{certificate.number}/").content.decode()
        holder = certificate.holder
        with translation.override(pdf.LANGUAGE):
            paper = render_to_string(pdf.TEMPLATE, pdf.paper_context(certificate, holder))
        assert "其中现场 2.0 学时" in paper

    def test_where_there_are_none_the_content_is_what_it_always_was(self, issue):
        assert "onsite" not in issue().context
