"""What the tables of libraries hold about a person: allauth's, Wagtail's, Django's own."""

from django.utils.translation import gettext_lazy as _

from qianchang.groundwork.personal_data import declare, declare_none
from qianchang.people.privacy.subjects import ACCOUNT


def declare_outside() -> None:
    """Declare every table that a library brings along."""
    _declare_sign_in()
    _declare_editors()
    declare_none(
        "pages, pictures and settings of the site; no person is named but in what is published",
        "wagtailforms.FormSubmission",
        "wagtailredirects.Redirect",
        "wagtailembeds.Embed",
        "wagtailimages.Rendition",
        "wagtailadmin.Admin",
        "wagtailcore.Locale",
        "wagtailcore.Site",
        "wagtailcore.GroupSitePermission",
        "wagtailcore.CollectionViewRestriction_groups",
        "wagtailcore.CollectionViewRestriction",
        "wagtailcore.Collection",
        "wagtailcore.GroupCollectionPermission",
        "wagtailcore.WorkflowContentType",
        "wagtailcore.Workflow",
        "wagtailcore.WorkflowTask",
        "wagtailcore.Task",
        "wagtailcore.GroupApprovalTask_groups",
        "wagtailcore.GroupApprovalTask",
        "wagtailcore.GroupPagePermission",
        "wagtailcore.PageViewRestriction_groups",
        "wagtailcore.PageViewRestriction",
        "wagtailcore.WorkflowPage",
        "wagtailcore.ReferenceIndex",
        # Made from what is published, and made anew after an erasure (erasure.py).
        "wagtailsearch.IndexEntry",
        "wagtailsearch.SQLiteFTSIndexEntry",
        "taggit.Tag",
        "taggit.TaggedItem",
        "auth.Permission",
        "auth.Group_permissions",
        "auth.Group",
        "contenttypes.ContentType",
    )


def _declare_sign_in() -> None:
    declare(
        "account.EmailAddress",
        purpose=_("Where mails to you go"),
        of={"user": ACCOUNT},
        given=("email", "verified", "primary"),
    )
    declare(
        "account.EmailConfirmation",
        purpose=_("Addresses that are being confirmed"),
        of={"email_address__user": ACCOUNT},
    )
    declare(
        "mfa.Authenticator",
        purpose=_("Your second factors and recovery codes"),
        of={"user": ACCOUNT},
        given=("type", "created_at", "last_used_at"),
        harmless=("data",),
    )
    declare(
        "usersessions.UserSession",
        purpose=_("On which computers you are signed in"),
        of={"user": ACCOUNT},
        given=("created_at", "last_seen_at", "ip", "user_agent"),
    )
    declare(
        "socialaccount.SocialAccount",
        purpose=_("Sign-in through another provider"),
        of={"user": ACCOUNT},
        given=("provider", "uid", "last_login", "date_joined", "extra_data"),
    )
    declare(
        "socialaccount.SocialToken",
        purpose=_("Sign-in through another provider"),
        of={"account__user": ACCOUNT},
    )
    declare_none("settings of providers", "socialaccount.SocialApp", "socialaccount.SocialApp_sites")
    declare_none("signed numbers of accounts; an erasure ends the sessions of the person", "sessions.Session")


def _declare_editors() -> None:
    pages = "what is published belongs to the site; who wrote it stays as a number"
    for model, acts, texts in (
        (
            "wagtailcore.Page",
            ("owner", "locked_by"),
            ("title", "draft_title", "seo_title", "search_description"),
        ),
        ("wagtailcore.Revision", ("user",), ("content", "object_str")),
        ("wagtailcore.WorkflowState", ("requested_by",), ()),
        ("wagtailcore.TaskState", ("finished_by",), ("comment",)),
        ("wagtailcore.PageLogEntry", ("user",), ("label", "data")),
        ("wagtailcore.ModelLogEntry", ("user",), ("label", "data")),
        ("wagtailcore.Comment", ("user", "resolved_by"), ("text",)),
        ("wagtailcore.CommentReply", ("user",), ("text",)),
        ("wagtailcore.UploadedFile", ("uploaded_by_user",), ()),
        ("wagtaildocs.Document", ("uploaded_by_user",), ("title",)),
        ("wagtailimages.Image", ("uploaded_by_user",), ("title", "description")),
    ):
        declare(
            model,
            purpose=_("What editors wrote, and who"),
            acts=acts,
            texts=texts,
            kept=pages,
            published=True,
        )
    declare(
        "admin.LogEntry",
        purpose=_("What editors wrote, and who"),
        of={"user": ACCOUNT},
        texts=("object_repr", "change_message"),
    )
    for model in (
        "wagtailusers.UserProfile",
        "wagtailadmin.EditingSession",
        "wagtailadmin.FormState",
        "wagtailcore.PageSubscription",
    ):
        declare(model, purpose=_("How an editor works"), of={"user": ACCOUNT})
