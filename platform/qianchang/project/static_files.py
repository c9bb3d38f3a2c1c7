"""How static files are kept for sending: named by their digest, with a gzip copy beside each."""

from typing import Any

from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage


class GzippedManifestStorage(CompressedManifestStaticFilesStorage):
    """Without the Brotli copies that whitenoise adds as soon as the library is there for other reasons: at their finest
    setting they cost a minute of CPU at every first start, and no browser takes them over plain HTTP in a county's LAN.
    """

    def create_compressor(self, **kwargs: Any) -> Compressor:
        return super().create_compressor(**{**kwargs, "use_brotli": False})
