"""What the registers refuse. The message is a sentence in the user's language that says what to do; nothing was changed."""


class RegisterRefusal(Exception):
    """A register does not take this."""


class UnableToNominate(RegisterRefusal):
    """This lawyer cannot be nominated to this host."""


class UnableToPlace(RegisterRefusal):
    """The trainee cannot take this step now."""


class UnableToLogDays(RegisterRefusal):
    """These days cannot be logged or struck."""


class UnableToPayStipend(RegisterRefusal):
    """The stipend cannot be recorded as paid, or taken back."""


class UnableToRecordDonation(RegisterRefusal):
    """The gift cannot be entered, delivered, verified, withdrawn or reversed."""


class UnableToEnterPool(RegisterRefusal):
    """The lawyer cannot enter or leave the pool."""


class UnableToPair(RegisterRefusal):
    """The two lawyers cannot be paired, or their pair cannot be ended so."""


class UnableToRecordClass(RegisterRefusal):
    """The class for county lawyers cannot be recorded so."""


class UnableToSetPlaces(RegisterRefusal):
    """The places of a host cannot be set so."""


class UnableToLoadRegisterFacts(RegisterRefusal):
    """The facts of the registers contradict themselves, or stand on plans that are not there."""
