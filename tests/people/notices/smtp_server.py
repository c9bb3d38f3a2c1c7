"""A mail server of a test's own: it speaks enough SMTP for a real client, and refuses whom it is told to."""

import socketserver
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage


class Postbox(socketserver.ThreadingTCPServer):
    """Listens on a port of its own; `answers` says what an address is answered, `taken` holds what was taken."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.answers: dict[str, bytes] = {}
        self.taken: list[tuple[str, EmailMessage]] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Session(socketserver.StreamRequestHandler):
    server: Postbox

    def handle(self) -> None:
        to = ""
        self._say(b"220 postbox")
        while line := self.rfile.readline():
            word = line.strip().upper()
            if word.startswith(b"RCPT"):
                to = line.decode().partition("<")[2].partition(">")[0]
                answer = self.server.answers.get(to, b"250 ok")
                if answer == b"hang up":
                    return
                self._say(answer)
            elif word == b"DATA":
                self._say(b"354 go on")
                self.server.taken.append((to, self._message()))
                self._say(b"250 taken")
            elif word == b"QUIT":
                self._say(b"221 bye")
                return
            else:
                self._say(b"250 ok")

    def _message(self) -> EmailMessage:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        return message_from_bytes(b"".join(lines), policy=policy.default)  # type: ignore[arg-type]

    def _say(self, words: bytes) -> None:
        self.wfile.write(words + b"\r\n")
