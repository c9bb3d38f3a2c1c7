"""What happens again and again without anybody asking: tasks, how often (seconds), and on which queue."""

CELERY_BEAT_SCHEDULE = {
    "resume roster imports": {
        "task": "qianchang.people.rosters.resume",
        "schedule": 60.0,
        "options": {"queue": "short", "expires": 60},
    },
    # No request hands its own code over: that would take longer for a number that is known.
    "send activation codes": {
        "task": "qianchang.people.send_codes",
        "schedule": 5.0,
        "options": {"queue": "short", "expires": 5},
    },
    "send invitations": {
        "task": "qianchang.people.send_invitations",
        "schedule": 30.0,
        "options": {"queue": "middle", "expires": 30},
    },
    "reconcile media jobs": {
        "task": "media_pipeline.conductor.reconcile",
        "schedule": 5.0,
        "options": {"queue": "upkeep", "expires": 5},
    },
    "tidy media files": {
        "task": "media_pipeline.conductor.tidy",
        "schedule": 600.0,
        "options": {"queue": "middle", "expires": 600},
    },
    "expire uploads": {
        "task": "media_pipeline.uploads.expire",
        "schedule": 3600.0,
        "options": {"queue": "middle", "expires": 3600},
    },
    "keep privacy": {  # the first of each day finds what is overdue, the others almost nothing
        "task": "qianchang.people.keep_privacy",
        "schedule": 3600.0,
        "options": {"queue": "middle", "expires": 3600},
    },
    "make files of own data": {  # those that no worker was told of
        "task": "qianchang.people.make_data_exports",
        "schedule": 300.0,
        "options": {"queue": "middle", "expires": 300},
    },
    "sign heads of ledgers": {  # the first of each day signs, the others find it done
        "task": "qianchang.groundwork.sign_heads",
        "schedule": 3600.0,
        "options": {"queue": "middle", "expires": 3600},
    },
    "send mails": {
        "task": "qianchang.people.send_mails",
        "schedule": 60.0,
        "options": {"queue": "middle", "expires": 60},
    },
    "write the mails of the day": {
        "task": "qianchang.people.compose_summaries",
        "schedule": 600.0,
        "options": {"queue": "middle", "expires": 600},
    },
    "announce sessions": {
        "task": "courses.schedule.announce",
        "schedule": 300.0,
        "options": {"queue": "middle", "expires": 300},
    },
    "remind of sessions": {
        "task": "courses.schedule.remind",
        "schedule": 3600.0,
        "options": {"queue": "middle", "expires": 3600},
    },
    "tell administrators what failed": {
        "task": "media_pipeline.conductor.raise_alarms",
        "schedule": 300.0,
        "options": {"queue": "middle", "expires": 300},
    },
    "publish lectures at their set time": {
        "task": "courses.catalogue.publish_due",
        "schedule": 60.0,
        "options": {"queue": "short", "expires": 60},
    },
    "remind of uploads that rest": {
        "task": "courses.catalogue.remind_of_uploads",
        "schedule": 3600.0,
        "options": {"queue": "middle", "expires": 3600},
    },
    "catch up with the index of lectures": {  # what no worker was told of
        "task": "courses.catalogue.catch_up_with_index",
        "schedule": 600.0,
        "options": {"queue": "middle", "expires": 600},
    },
    "tell lawyers of their hours": {
        "task": "courses.credits.remind",
        "schedule": 3600.0,
        "options": {"queue": "middle", "expires": 3600},
    },
    "ask for discs that are out for long": {
        "task": "courses.discs.remind",
        "schedule": 3600.0,
        "options": {"queue": "middle", "expires": 3600},
    },
    "remind of sign-in sheets": {
        "task": "courses.sheets.remind",
        "schedule": 3600.0,
        "options": {"queue": "middle", "expires": 3600},
    },
    "remind of findings of spot checks": {
        "task": "programmes.spot_checks.remind",
        "schedule": 3600.0,
        "options": {"queue": "middle", "expires": 3600},
    },
    "remind officers": {
        "task": "programmes.quotas.remind",
        "schedule": 3600.0,
        "options": {"queue": "middle", "expires": 3600},
    },
}
