"""What a disc promises, as data."""

from benchmarks.media.targets import Target

TARGETS = (
    Target(
        "cpu_to_bare", "CPU of a master's pieces and its first disc / of the bare top rendition", at_most=0.55
    ),
    Target("second_to_first_cpu", "CPU of a second disc of the master / of the first", at_most=0.35),
    Target("megabytes_a_minute", "image, by the minute of slides with a speaker", at_most=11.7),
    Target("minutes_on_a_layer", "minutes of such a lecture on 4.7 × 10⁹ bytes", at_least=390),
    Target("text_read", "slide text that OCR reads on the disc / in the recording", at_least=0.99),
    Target("codes_read", "digits of codes that OCR reads in their windows", at_least=1.0),
    Target("codes_outside", "digits of codes that OCR reads just outside of them", at_most=0.0),
    Target("titles_wrong", "titles, chapters or languages that lsdvd finds wrong", at_most=0),
    Target("steps_wrong", "buttons and keys that lead elsewhere in libdvdnav than they say", at_most=0),
    Target("pages_unread", "menu pages whose first button OCR does not read", at_most=0),
    Target("layer_bytes_free", "bytes that a disc filled to its limit leaves of a layer", at_least=0),
    Target("layer_faults", "what players and tables say against such a disc", at_most=0),
)
