"""Numbers that a spreadsheet has rounded."""


class Figure(str):
    """A cell that a spreadsheet keeps as a figure of 16 digits or more: its last digits are lost."""

    __slots__ = ()
