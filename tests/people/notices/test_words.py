"""Every event of product-design.md, section 8, says something whole in both languages."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from qianchang.people.models import Account, Mail, Notice
from qianchang.people.notices import wording
from qianchang.people.notices.events import EVENTS

WORDS = {
    "date": "2026-11-20", "month": "2026-10", "days": 6, "count": 2, "percent": 68, "counted": 31, "behind": 2,
    "hours": "4.5", "missing": "11.0", "imported": 2960, "faulty": 40, "name": "医疗损害鉴定.mp4", "title": "医疗损害鉴定",
    "reason": "第 32 分钟没有声音。", "county": "那坡县", "mode": "DVD 集中放映", "place": "那坡县司法局",
    "association": "广东省律师协会", "about": "医疗损害鉴定：2.5 学时", "answer": "记录无误。", "number": "D-0057",
    "parcel": "SF123", "programme": "百千强计划", "code": "桂26-W-0001", "taken_back": 1,
}  # fmt: skip

SUBJECTS = {
    "account_ready": "账号已开通，请设置密码",
    "upload_resting": "《医疗损害鉴定.mp4》传到 68%，还有 6 天可以接着传",
    "lecture_received": "已收到您的讲座，音频和课件可以试听",
    "lecture_returned": "《医疗损害鉴定》需要修改 2 处",
    "lecture_published": "《医疗损害鉴定》已发布",
    "question_asked": "那坡县一位律师问了一个问题",
    "session_scheduled": "11 月 20 日 DVD 集中放映：医疗损害鉴定",
    "session_reminder": "11 月 20 日开讲：医疗损害鉴定",
    "session_to_sign": "请为 11 月 20 日的《医疗损害鉴定》签字",
    "disc_sent": "光盘 D-0057 已寄出（SF123）",
    "disc_overdue": "请归还光盘 D-0057",
    "sheet_missing": "11 月 20 日场次还缺签到表",
    "confirm_waiting": "2 场待确认",
    "evidence_asked": "2 场缺材料",
    "return_asked": "10 月的月报还没有报送",
    "reversal_proposed": "场次 桂26-W-0001 有人提出冲正",
    "reversal_decided": "场次 桂26-W-0001 已冲正",
    "hours_credited": "本周记入 4.5 学时，还差 11.0",
    "year_end": "离年度截止 6 天，还差 11.0 学时",
    "appeal_corrected": "更正申请：已更正",
    "appeal_refused": "更正申请：不予更正",
    "erasure_proposed": "11 月 20 日起，您在本平台的个人信息可能被删除",
    "behind_pace": "本年已计入 31 场，比进度少 2 场",
    "return_due": "10 月月报 11 月 20 日前报送",
    "bulletin_published": "10 月通报",
    "import_finished": "导入 2960 行，40 行待改",
    "import_failed": "名册导入 D-0057 已停下",
    "processing_failed": "2 个转码任务失败",
}
AT_ONCE = {
    "account_ready", "lecture_returned", "lecture_published", "session_scheduled", "session_cancelled", "session_reminder",
    "appeal_corrected", "appeal_refused", "erasure_proposed", "import_failed", "import_finished",
    "processing_failed", "disk_low",
}  # fmt: skip


def notice_of(code, **others):
    words = {word: ({**WORDS, **others})[word] for word in EVENTS[code].words}
    return Notice(event=code, words=words, link="/my/")


@pytest.mark.parametrize("code", sorted(EVENTS))
class TestEveryEvent:
    def test_both_languages_say_it_whole(self, code):
        for language in ("zh-hans", "en"):
            with translation.override(language):
                said = wording.said(notice_of(code))
            for text in (said.subject, said.text, said.action, said.because):
                assert text, (code, language)
                assert "{" not in text
                assert "%(" not in text
            chinese = re.search("[一-鿿]", said.subject.replace(str(WORDS), ""))
            assert chinese or language == "en"
            assert len(said.subject) <= 80

    def test_a_word_that_the_template_needs_is_asked_for(self, code):
        for end in ("_subject", ""):
            source = (Path(settings.BASE_DIR) / "templates" / "mail" / f"{code}{end}.txt").read_text()
            used = set(re.findall(r"\{\{ (\w+) \}\}", source)) | set(re.findall(r"count n=(\w+)", source))
            used |= set(re.findall(r"\{% (?:el)?if (\w+)", source))
            assert used - {"n"} <= set(EVENTS[code].words)

    def test_the_mail_is_plain_and_small(self, code):
        mail = Mail(pk=1, account=Account(pk=5, display_name="韦晓岚"), address="a@example.com")
        mail._prefetched_objects_cache = {"notices": []}
        letter = wording.letter(mail, [notice_of(code)])
        assert letter.body.startswith("韦晓岚：\n")
        assert len(letter.body.encode()) < 10_000
        assert "&quot;" not in letter.body


@pytest.mark.parametrize(("code", "subject"), SUBJECTS.items())
def test_subjects_are_those_of_the_design(code, subject):
    assert wording.said(notice_of(code)).subject == subject


def test_what_is_marked_in_the_design_goes_at_once_and_nothing_else():
    assert {code for code, event in EVENTS.items() if event.at_once} == AT_ONCE


@pytest.mark.parametrize(
    ("days", "subject"),
    [(5, "10 月月报 11 月 20 日前报送"), (0, "10 月月报今天报送"), (-1, "10 月月报已过期限")],
)
def test_a_return_is_due_today_or_late(days, subject):
    assert wording.said(notice_of("return_due", days=days)).subject == subject
