"""The WSGI application that gunicorn serves. There is no ASGI one: there a cut upload loses the bytes it had."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qianchang.project.settings.dev")

application = get_wsgi_application()
