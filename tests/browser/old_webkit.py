"""A browser of 2016: QtWebKit 5.212 of Debian 12, driven line by line through its standard input. It runs under Debian's
own Python, which has its binding, and imports nothing of ours.

Each line is JSON: {"open": url} | {"run": script} | {"picture": path} | {"less": true}; each is answered by one line.
"less": a page that is opened afterwards finds a browser that plays no film with its sound, and saves no files.
"""

import json
import os
import sys

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PyQt5.QtCore import QEventLoop, QSocketNotifier, QTimer, QUrl
from PyQt5.QtGui import QImage, QPainter
from PyQt5.QtNetwork import QNetworkAccessManager, QNetworkRequest
from PyQt5.QtWebKit import QWebSettings
from PyQt5.QtWebKitWidgets import QWebPage, QWebView
from PyQt5.QtWidgets import QApplication

LESS = """
HTMLMediaElement.prototype.canPlayType = function (type) { return type.indexOf("video") === 0 ? "" : "maybe"; };
delete HTMLAnchorElement.prototype.download;
"""


class NoNetwork(QNetworkAccessManager):
    """Only files and what the page itself made; everything else is written down and refused."""

    def __init__(self):
        super().__init__()
        self.refused = []

    def createRequest(self, operation, request, data=None):
        if request.url().scheme() not in ("file", "blob", "data", "about"):
            self.refused.append(request.url().toString())
            request = QNetworkRequest(QUrl("about:blank"))
        return super().createRequest(operation, request, data)


class Page(QWebPage):
    """One page; what its script complains of, and what it gave to be saved."""

    def __init__(self):
        super().__init__()
        self.complaints: list[str] = []
        self.saved: list[str] = []
        self.network = NoNetwork()
        self.setNetworkAccessManager(self.network)
        self.less = False
        self.downloadRequested.connect(lambda request: self.saved.append(request.url().toString()))
        self.mainFrame().javaScriptWindowObjectCleared.connect(self._know_less)

    def _know_less(self):
        if self.less:
            self.mainFrame().evaluateJavaScript(LESS)

    def javaScriptConsoleMessage(self, message, line, source):
        self.complaints.append(f"{message} ({source}:{line})")

    def javaScriptConfirm(self, frame, message):
        return True


class Browser:
    def __init__(self, application):
        self.application = application
        settings = QWebSettings.globalSettings()
        for attribute in (QWebSettings.LocalStorageEnabled, QWebSettings.DeveloperExtrasEnabled):
            settings.setAttribute(attribute, True)
        self.view, self.page = QWebView(), Page()
        self.view.setPage(self.page)
        self.view.resize(1366, 768)
        self.view.show()
        self.notifier = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Read)
        self.notifier.activated.connect(self.told)

    def told(self):
        line = sys.stdin.readline()
        if not line:
            self.application.quit()
            return
        sys.stdout.write(json.dumps(self.do(json.loads(line))) + "\n")
        sys.stdout.flush()

    def do(self, asked):
        if "open" in asked:
            loop = QEventLoop()
            self.page.loadFinished.connect(loop.quit)
            QTimer.singleShot(20_000, loop.quit)
            self.page.mainFrame().load(QUrl(asked["open"]))
            loop.exec_()
            self.page.loadFinished.disconnect(loop.quit)
        elif "run" in asked:
            return {"value": self.page.mainFrame().evaluateJavaScript(asked["run"]), **self.known()}
        elif "picture" in asked:
            whole = self.page.mainFrame().contentsSize()
            before = self.page.viewportSize()
            self.page.setViewportSize(whole)
            image = QImage(whole, QImage.Format_RGB32)
            painter = QPainter(image)
            self.page.mainFrame().render(painter)
            painter.end()
            image.save(asked["picture"])
            self.page.setViewportSize(before)
        elif "less" in asked:
            self.page.less = True
        return self.known()

    def known(self):
        return {
            "complaints": self.page.complaints,
            "saved": self.page.saved,
            "refused": self.page.network.refused,
        }


def main():
    application = QApplication(sys.argv)
    browser = Browser(application)
    application.exec_()
    del browser
    os._exit(0)


main()
