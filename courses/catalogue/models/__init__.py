"""The catalogue: Wagtail pages for lectures and courses, snippets for topics and lecturers, versions of lectures."""

from courses.catalogue.models.courses import CourseLecture, CoursePage
from courses.catalogue.models.editorial import (
    AboutPage,
    ArticlePage,
    HelpIndexPage,
    HelpPage,
    NewsIndexPage,
    NewsPage,
)
from courses.catalogue.models.indexes import CourseIndexPage, HomePage, LectureIndexPage
from courses.catalogue.models.lectures import LecturePage, LecturePermissionTester, LectureVersion
from courses.catalogue.models.localised import LocalisedPage
from courses.catalogue.models.passages import IndexedLecture, Passage
from courses.catalogue.models.reviews import (
    Remark,
    RemarkAnswer,
    RemarkDraft,
    Replacement,
    ReviewEvent,
    ReviewTask,
    SpeakerConsent,
)
from courses.catalogue.models.snippets import Category, Lecturer, Topic

__all__ = [
    "AboutPage",
    "ArticlePage",
    "Category",
    "CourseIndexPage",
    "CourseLecture",
    "CoursePage",
    "HelpIndexPage",
    "HelpPage",
    "HomePage",
    "IndexedLecture",
    "LectureIndexPage",
    "LecturePage",
    "LecturePermissionTester",
    "LectureVersion",
    "Lecturer",
    "LocalisedPage",
    "NewsIndexPage",
    "NewsPage",
    "Passage",
    "Remark",
    "RemarkAnswer",
    "RemarkDraft",
    "Replacement",
    "ReviewEvent",
    "ReviewTask",
    "SpeakerConsent",
    "Topic",
]
