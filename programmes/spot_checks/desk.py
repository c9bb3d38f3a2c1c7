"""What somebody sees of a check and of a drawn session, and what they may do there now."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from courses import api as courses
from courses.api import SessionFact
from programmes.quotas import reversals
from programmes.quotas.wording import association_name, missing_evidence, region_of
from programmes.spot_checks import draw, queries, rules, wording
from programmes.spot_checks.models import Answer, CallingOff, Drawing, Finding, Reply, Sampled, SpotCheck
from programmes.spot_checks.queries import Viewer
from programmes.spot_checks.rules import CheckState, FindingState


@dataclass(frozen=True)
class CheckLine:
    """One check in the list."""

    check: SpotCheck
    body: str
    subject: str
    months: str
    state: str | Promise
    tag: str
    faulty: int
    open: int


@dataclass(frozen=True)
class SampleLine:
    """One drawn session in the page of its check; without `state` for whoever may not read about it."""

    rank: int
    code: str
    held: date
    region: str
    supporter: str
    state: str | Promise
    tag: str
    deadline: date | None


@dataclass(frozen=True)
class CheckPage:
    """One check with its sample."""

    line: CheckLine
    check: SpotCheck
    drawing: Drawing | None
    calling_off: CallingOff | None
    sample: tuple[SampleLine, ...]
    counts: tuple[tuple[str | Promise, str, int], ...]
    command: str
    is_due: bool
    may_draw: bool
    may_call_off: bool


@dataclass(frozen=True)
class Turn:
    """One line of what was said about a finding."""

    title: str
    words: str
    name: str
    at: datetime
    photo: int | None


@dataclass(frozen=True)
class SampledPage:
    """One drawn session with its finding. `handed_in_late` is how many pieces of its evidence came after the announcement,
    when everybody knew that it may be drawn.
    """

    sampled: Sampled
    check: SpotCheck
    fact: SessionFact
    missing: tuple[str, ...]
    handed_in_late: int
    supporter: str
    beneficiary: str
    state: str | Promise
    tag: str
    finding: Finding | None
    addressee: str
    deadline: date | None
    turns: tuple[Turn, ...]
    may_find: bool
    may_reply: bool
    may_answer: bool
    may_reverse: bool


def listed(checks: Sequence[SpotCheck], *, on: date) -> list[CheckLine]:
    """Return checks as the list shows them: two queries more."""
    drawn = queries.samples(checks) if checks else {}
    return [_line(check, drawn[check.pk], on) for check in checks]


def check_page(check: SpotCheck, viewer: Viewer, *, on: date) -> CheckPage:
    """Return one check as somebody sees it."""
    sample = queries.samples([check])[check.pk]
    line = _line(check, sample, on)
    state = queries.state_of(check, sample, on=on)
    drawing: Drawing | None = getattr(check, "drawing", None)
    counts = Counter(queries.states([each for each in sample if viewer.sees(each)], on=on))
    checking = viewer.is_of(check.association_id)
    seed = drawing.seed if drawing else draw.seed_of(check.code, "…")
    return CheckPage(
        line=line,
        check=check,
        drawing=drawing,
        calling_off=getattr(check, "calling_off", None),
        sample=tuple(_sample_line(each, viewer, on) for each in sample),
        counts=tuple(
            (wording.FINDING_STATES[each], wording.FINDING_TAGS[each], counts[each])
            for each in FindingState
            if counts[each]
        ),
        command=f'python draw.py "{seed}" {check.code}.csv {check.sample_size}',
        is_due=state is CheckState.TO_DRAW,
        may_draw=checking and state is CheckState.TO_DRAW,
        may_call_off=checking
        and state is not CheckState.CALLED_OFF
        and all(queries.finding_of(each) is None for each in sample),
    )


def sampled_page(sampled: Sampled, viewer: Viewer, *, on: date) -> SampledPage:
    """Return one drawn session as somebody sees it who may read about it."""
    check, entry = sampled.drawing.spot_check, sampled.line.entry
    fact = courses.session_fact(sampled.line.code)
    known, finding = queries.found(sampled), queries.finding_of(sampled)
    state = rules.finding_state(known, on=on)
    checking = viewer.is_of(check.association_id)
    last = queries.last_reply(finding) if finding else None
    return SampledPage(
        sampled=sampled,
        check=check,
        fact=fact,
        missing=tuple(missing_evidence(fact)),
        handed_in_late=queries.handed_in_since_announced(sampled),
        supporter=association_name(entry.supporter),
        beneficiary=association_name(entry.beneficiary),
        state=wording.FINDING_STATES[state],
        tag=wording.FINDING_TAGS[state],
        finding=finding,
        addressee=association_name(finding.addressee) if finding and finding.addressee else "",
        deadline=known.deadline,
        turns=_turns(finding) if finding else (),
        may_find=checking and finding is None and getattr(check, "calling_off", None) is None,
        may_reply=finding is not None
        and state in (FindingState.TO_MEND, FindingState.OVERDUE)
        and viewer.speaks_for(finding.addressee_id)
        and finding.found_by_id != viewer.account.pk,
        may_answer=checking
        and state is FindingState.TO_ACCEPT
        and last is not None
        and last.replied_by_id != viewer.account.pk,
        may_reverse=state
        in (FindingState.TO_MEND, FindingState.OVERDUE, FindingState.TO_ACCEPT, FindingState.MENDED)
        and reversals.standing_entry(sampled.line.session_id, plan=check.plan_id) is not None,
    )


def _line(check: SpotCheck, sample: Sequence[Sampled], on: date) -> CheckLine:
    state = queries.state_of(check, sample, on=on)
    stand = queries.states(sample, on=on)
    return CheckLine(
        check=check,
        body=association_name(check.association),
        subject=wording.subject_of(check),
        months=wording.months_of(check),
        state=wording.CHECK_STATES[state],
        tag=wording.CHECK_TAGS[state],
        faulty=sum(
            each not in (FindingState.IN_ORDER, FindingState.NOT_LOOKED_AT, FindingState.EXPLAINED)
            for each in stand
        ),
        open=sum(each not in rules.SETTLED for each in stand),
    )


def _sample_line(sampled: Sampled, viewer: Viewer, on: date) -> SampleLine:
    entry, sees = sampled.line.entry, viewer.sees(sampled)
    known = queries.found(sampled)
    state = rules.finding_state(known, on=on)
    return SampleLine(
        rank=sampled.rank,
        code=sampled.line.code,
        held=entry.held_date,
        region=region_of(entry.beneficiary),
        supporter=association_name(entry.supporter),
        state=wording.FINDING_STATES[state] if sees else "",
        tag=wording.FINDING_TAGS[state] if sees else "",
        deadline=known.deadline if sees and state not in rules.SETTLED else None,
    )


def _turns(finding: Finding) -> tuple[Turn, ...]:
    photos = queries.photos_of(finding)
    said = [
        Turn(
            _("Found: %(what)s") % {"what": finding.get_kind_display() or finding.get_outcome_display()}
            if finding.kind
            else _("Found in order"),
            finding.words,
            str(finding.found_by),
            finding.found_at,
            photos.get("finding"),
        )
    ]
    for reply in finding.replies.all():
        said.append(_reply_turn(reply, photos.get(str(reply.number))))
        answer: Answer | None = getattr(reply, "answer", None)
        if answer is not None:
            title = _("Answer: %(what)s") % {"what": answer.get_outcome_display()}
            said.append(Turn(title, answer.words, str(answer.answered_by), answer.answered_at, None))
    return tuple(said)


def _reply_turn(reply: Reply, photo: int | None) -> Turn:
    return Turn(_("Reply"), reply.words, str(reply.replied_by), reply.replied_at, photo)
