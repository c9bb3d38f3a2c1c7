"""A tus client by hand: what a browser's uploader sends."""

import base64
import hashlib
import os

from media_pipeline.uploads.models import Upload

URL = "/api/v1/uploads/"
MP4 = b"\x00\x00\x00\x20ftypisom" + os.urandom(20_000)
TUS = {"Tus-Resumable": "1.0.0"}
BODY = "application/offset+octet-stream"


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def create(client, length, name="课程.mp4", **more):
    headers = {
        **TUS,
        "Upload-Length": str(length),
        "Upload-Metadata": f"filename {encoded(name)},filetype {encoded('video/mp4')}",
    }
    headers |= more.pop("headers", {})
    return client.post(URL, more.pop("data", b""), headers=headers, content_type=BODY)


def patch(client, address, offset, data, **headers):
    return client.patch(
        address, data, content_type=BODY, headers={**TUS, "Upload-Offset": str(offset), **headers}
    )


def upload_at(address):
    return Upload.objects.get(public_id=address.rsplit("/", 1)[-1])


def digest_of(content):
    return f"sha-256=:{base64.b64encode(hashlib.sha256(content).digest()).decode()}:"
