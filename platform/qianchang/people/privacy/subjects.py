"""Who somebody is to the tables: the numbers of a person's rows, and the words that only, or mostly, this person bears."""

from allauth.account.models import EmailAddress
from django.db.models import Q

from qianchang.groundwork.personal_data import Subject
from qianchang.people.masks import STARS, masked_licence_number
from qianchang.people.models import Account, Association, Firm, Lawyer

LAWYER = "people.lawyer"
ACCOUNT = "people.account"
# From how many signs on a word is one person's: a telephone number without its area code, a user name, a Chinese name.
LEAST_DIGITS, LEAST_LETTERS, LEAST_CHARACTERS = 7, 8, 3


def subject_of(*, lawyer: Lawyer | None, account: Account | None) -> Subject:
    """Return the subject that a row of the roster and an account are, together or alone."""
    rows: dict[str, int] = {}
    identifiers: list[str] = []
    names: list[str] = []
    if lawyer is not None:
        rows[LAWYER] = lawyer.pk
        number = lawyer.licence_number
        identifiers.append(number)
        # A firm's telephone is many people's, and two numbers may look the same behind a mask.
        names += [lawyer.name, masked_licence_number(number), lawyer.phone, lawyer.email]
    if account is not None:
        rows[ACCOUNT] = account.pk
        addresses = EmailAddress.objects.filter(user_id=account.pk).values_list("email", flat=True)
        names += [account.username, account.email, *addresses]
        names += [account.display_name, f"{account.last_name}{account.first_name}"]
    return Subject(
        rows=rows,
        identifiers=[each for each in dict.fromkeys(identifiers) if each],
        names=[each for each in dict.fromkeys(names) if len(each) > 1 and each not in identifiers],
    )


def whose(account: Account) -> Subject:
    """Return the subject that a signed-in account is, with its row of the roster."""
    return subject_of(lawyer=Lawyer.objects.filter(account=account).first(), account=account)


def is_distinctive(word: str) -> bool:
    """Tell whether a word can hardly mean anything but one person: an address, a long number, a name of three characters
    or more. 高峰 and 文明 are names, and words of lectures; "expert" is a user name, and a role.
    """
    if "@" in word or sum(sign.isdecimal() for sign in word) >= LEAST_DIGITS:
        return True
    if word.isascii():
        return len(word) >= LEAST_LETTERS and not word.isalnum()
    return len(word) >= LEAST_CHARACTERS


def is_borne_by_others(word: str, subject: Subject) -> bool:
    """Tell whether somebody else on the platform bears a name, a telephone number or whatever else stands for the person:
    then it is not taken out of free text by itself.
    """
    start, stars, end = word.partition(STARS)
    masked = Q(licence_number__startswith=start, licence_number__endswith=end) if stars else Q(pk=None)
    # No row has number 0: who is no lawyer, or has no account, leaves nobody out.
    others = Lawyer.objects.filter(
        Q(licence_number=word) | Q(name=word) | Q(phone=word) | Q(email=word) | masked
    )
    accounts = Account.objects.filter(Q(display_name=word) | Q(username=word) | Q(email=word))
    # The other one's own account bears the name too, and is found here as well.
    return (
        others.exclude(pk=subject.rows.get(LAWYER, 0)).exists()
        or accounts.exclude(pk=subject.rows.get(ACCOUNT, 0)).exists()
        or Association.objects.filter(name_zh__contains=word).exists()
        or Firm.objects.filter(name__contains=word).exists()
    )
