"""Forms of the desk where slides and captions are put right: what was typed, in order, nothing decided."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.catalogue.correcting import SlideChange
from media_pipeline import api as media


class RenewedForm(forms.Form):
    """A form that was made on something older: its next attempt is made on what is there now."""

    def renew(self, name: str, value: Any) -> None:
        """Keep what was typed, and let the hidden field `name` say what is there now."""
        self.data = {**{each: self.data[each] for each in self.data}, name: value}


class MomentField(forms.Field):
    """A time in a recording as people type it (0:06:40, 6:40, 0:06:40.5); in Python it is milliseconds."""

    def __init__(self, *, label: str, tenths: bool = False, **kwargs: Any) -> None:
        # One name for every row would tell a screen reader nothing: the label names the row.
        widget = forms.TextInput(attrs={"aria-label": label, "class": "n", "size": 9, "maxlength": 13})
        super().__init__(label=label, widget=widget, **kwargs)
        self.tenths = tenths

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, int):
            return value
        seconds, ms = divmod(value, 1000)
        whole = f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
        return f"{whole}.{ms:03d}" if self.tenths else whole

    def to_python(self, value: Any) -> Any:
        typed = (value or "").strip()
        if not typed:
            return None
        ms = media.read_time(typed)
        if ms is None:
            raise ValidationError(_("Write the time like 1:05:30."))
        return ms

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (data or "").strip() != (self.prepare_value(initial) or "")


@dataclass(frozen=True)
class SlideRow:
    """One slide as the page shows it: what it is, and the two fields."""

    slide: media.SlideOut
    title: forms.BoundField
    begins: forms.BoundField
    first: bool


class SlidesForm(RenewedForm):
    """The slides of one page, each with its title and when it begins. `stamp` tells which index they were read from."""

    stamp = forms.CharField(widget=forms.HiddenInput, max_length=80, required=False)

    def __init__(self, data: Any = None, *, slides: Sequence[media.SlideOut], stamp: str) -> None:
        super().__init__(data, initial={"stamp": stamp})
        self.slides = slides
        for slide in slides:
            names = {"number": slide.number}
            self.fields[f"title_{slide.number}"] = forms.CharField(
                label=_("Title of slide %(number)s") % names,
                max_length=media.SLIDE_TITLE_CHARACTERS,
                required=False,
                initial=slide.title,
                widget=forms.TextInput(
                    attrs={
                        "aria-label": _("Title of slide %(number)s") % names,
                        "placeholder": "" if slide.title else slide.label,
                    }
                ),
                error_messages={"max_length": _("The title is longer than 200 characters. Make it shorter.")},
            )
            self.fields[f"from_{slide.number}"] = MomentField(
                label=_("Slide %(number)s begins") % names,
                initial=slide.from_ms,
                error_messages={"required": _("Write when the slide begins.")},
            )

    def rows(self) -> list[SlideRow]:
        """Every slide with its fields, in order."""
        return [
            SlideRow(
                slide,
                self[f"title_{slide.number}"],
                self[f"from_{slide.number}"],
                slide.from_ms == self.slides[0].from_ms,
            )
            for slide in self.slides
        ]

    def changes(self) -> dict[int, SlideChange]:
        """What differs from what the page showed, by the slides' numbers."""
        found = {}
        for slide in self.slides:
            title, begins = f"title_{slide.number}", f"from_{slide.number}"
            change = SlideChange(
                title=self.cleaned_data[title] if title in self.changed_data else None,
                from_ms=self.cleaned_data[begins] if begins in self.changed_data else None,
            )
            if change != SlideChange():
                found[slide.number] = change
        return found


@dataclass(frozen=True)
class CueRow:
    """One caption as the page shows it. `stored` is what is kept now, where that is not what the field says."""

    key: str
    begins: forms.BoundField
    ends: forms.BoundField
    text: forms.BoundField
    stored: str


class CuesForm(forms.Form):
    """Captions of one page, and an empty line for a new one. `revision` tells which captions they were read from.

    A row's key holds its number, its time and a checksum of what the page showed: so what somebody typed finds its row
    again after somebody else has changed the captions, and rows that nobody touched are known.
    """

    NEW = "new"
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, data: Any = None, *, numbered: Sequence[tuple[int, media.Cue]], revision: int) -> None:
        super().__init__(data, initial={"revision": revision})
        self.keyed = [(_key(number, cue), number, cue) for number, cue in numbered]
        for key, number, cue in self.keyed:
            self._add(key, number, cue)
        self._add(self.NEW, None, None)

    @classmethod
    def carried_over(
        cls, data: Mapping[str, Any], *, numbered: Sequence[tuple[int, media.Cue]], revision: int
    ) -> tuple["CuesForm", list[str]]:
        """Return the newest captions with what was typed on older ones put into its rows, and the typed texts whose
        captions are not there any more.
        """
        by_time = {str(cue.from_ms): _key(number, cue) for number, cue in numbered}
        fresh = cls(numbered=numbered, revision=revision)
        carried: dict[str, Any] = {name: fresh[name].value() for name in fresh.fields}
        carried |= {
            name: data[name] for name in fresh.fields if name.endswith(f"_{cls.NEW}") and name in data
        }
        lost: list[str] = []
        for name in data:
            old = name.removeprefix("text_")
            if old == name or old == cls.NEW or old.count("-") != 2:
                continue
            typed = (data.get(f"from_{old}", ""), data.get(f"until_{old}", ""), data[name])
            _number, from_ms, shown = old.split("-")
            if _checksum(*typed) == shown:
                continue
            if from_ms in by_time:
                key = by_time[from_ms]
                carried |= dict(zip((f"from_{key}", f"until_{key}", f"text_{key}"), typed, strict=True))
            else:
                lost.append(f"{typed[0]} {typed[2]}")
        for name, value in carried.items():
            field = fresh.fields[name]
            carried[name] = field.prepare_value(value)
        return cls(carried, numbered=numbered, revision=revision), lost

    def _add(self, key: str, number: int | None, cue: media.Cue | None) -> None:
        labels = {
            "from": _("Caption %(number)s begins") if number else _("The new caption begins"),
            "until": _("Caption %(number)s ends") if number else _("The new caption ends"),
            "text": _("Text of caption %(number)s") if number else _("Text of the new caption"),
        }
        labels = {name: label % {"number": number} for name, label in labels.items()}
        for name, ms in (("from", cue.from_ms if cue else None), ("until", cue.until_ms if cue else None)):
            self.fields[f"{name}_{key}"] = MomentField(
                label=labels[name], tenths=True, required=False, initial=ms
            )
        self.fields[f"text_{key}"] = forms.CharField(
            label=labels["text"],
            required=False,
            max_length=media.MAX_CUE_CHARACTERS,
            initial=cue.typed if cue else "",
            widget=forms.Textarea(
                attrs={"rows": cue.text.count("\n") + 1 if cue else 1, "aria-label": labels["text"]}
            ),
            error_messages={"max_length": _("This caption is too long to be read. Cut it in two.")},
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        missing = {"from": _("Write when the caption begins."), "until": _("Write when the caption ends.")}
        for key in [*(key for key, _number, _cue in self.keyed), self.NEW]:
            if not cleaned.get(f"text_{key}"):
                continue
            for name, sentence in missing.items():
                if cleaned.get(f"{name}_{key}") is None and f"{name}_{key}" not in self.errors:
                    self.add_error(f"{name}_{key}", sentence)
            begins, ends = cleaned.get(f"from_{key}"), cleaned.get(f"until_{key}")
            if begins is not None and ends is not None and ends <= begins:
                self.add_error(
                    f"until_{key}", _("The caption ends before it begins. Correct one of its times.")
                )
        return cleaned

    def rows(self) -> list[CueRow]:
        """Every caption with its fields, in order, without the empty line."""
        return [self._row(key, cue) for key, _number, cue in self.keyed]

    def new_row(self) -> CueRow:
        """The empty line."""
        return self._row(self.NEW, None)

    def edits(self) -> list[media.CueEdit]:
        """What differs from what the page showed. A caption whose text was emptied is taken out."""
        found = [
            self._edit(number, key, cue)
            for key, number, cue in self.keyed
            if any(f"{name}_{key}" in self.changed_data for name in ("from", "until", "text"))
        ]
        if self.cleaned_data[f"text_{self.NEW}"]:
            found.append(self._edit(None, self.NEW, None))
        return found

    def _row(self, key: str, cue: media.Cue | None) -> CueRow:
        text = self[f"text_{key}"]
        typed = (text.value() or "").replace("\r\n", "\n")
        stored = cue.typed if cue is not None and self.is_bound and typed != cue.typed else ""
        return CueRow(key, self[f"from_{key}"], self[f"until_{key}"], text, stored)

    def _edit(self, number: int | None, key: str, cue: media.Cue | None) -> media.CueEdit:
        begins, ends = self.cleaned_data[f"from_{key}"], self.cleaned_data[f"until_{key}"]
        return media.CueEdit(
            number,
            cue.from_ms if begins is None and cue else begins or 0,
            cue.until_ms if ends is None and cue else ends or 0,
            self.cleaned_data[f"text_{key}"],
        )


def _key(number: int, cue: media.Cue) -> str:
    field = MomentField(label="", tenths=True)
    shown = _checksum(field.prepare_value(cue.from_ms), field.prepare_value(cue.until_ms), cue.typed)
    return f"{number}-{cue.from_ms}-{shown}"


def _checksum(begins: str, ends: str, text: str) -> str:
    shown = "\0".join(" ".join(each.split()) for each in (begins, ends, text))
    return f"{zlib.crc32(shown.encode()):x}"


class CaptionFileForm(RenewedForm):
    """A caption file for one language."""

    file = forms.FileField(
        label=gettext_lazy("Caption file (.vtt or .srt)"),
        error_messages={
            "required": gettext_lazy("Choose the caption file."),
            "empty": gettext_lazy("The file is empty. Choose the caption file."),
        },
        widget=forms.FileInput(attrs={"accept": ".vtt,.srt,text/vtt"}),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > media.CAPTIONS_MAX_BYTES:
            raise ValidationError(
                _("The captions are larger than 2 MB. Choose the caption file, not the recording.")
            )
        return file
