"""Settings of accounts: how somebody signs in, by which codes, with which second factor, for how long."""

from typing import Any

import environ

env = environ.Env()

AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_ADAPTER = "qianchang.people.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
# allauth would put the name there under which somebody asked, and an attacker chooses that.
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_USERNAME_MIN_LENGTH = 3
ACCOUNT_FORMS = {
    "login": "qianchang.people.forms.SignInForm",
    "reauthenticate": "qianchang.people.forms.PasswordAgainForm",
    "add_email": "qianchang.people.forms.OtherAddressForm",
    "set_password": "qianchang.people.forms.NewPasswordForm",
    "change_password": "qianchang.people.forms.OtherPasswordForm",
    "reset_password": "qianchang.people.forms.LinkByMailForm",
    "reset_password_from_key": "qianchang.people.forms.NewPasswordByLinkForm",
}
# A whole county town may sit behind one address: limits by address are wide, those on one account are not.
ACCOUNT_RATE_LIMITS = {
    "login": "120/m/ip",
    "login_failed": "40/m/ip,5/300s/key",
    "activate": "40/m/ip",
    # Codes by SMS or e-mail, asked for on one licence number and for one telephone, known or not.
    "code_for_number": "3/15m/key,8/d/key",
    "code_for_phone": "3/15m/key,8/d/key",
    "verify": "60/m/ip",
    "certificate_paper": "30/m/user",
    # A whole room signs in at its door within a few minutes, behind one address.
    "door": "300/m/ip",
}
# Dangerous acts ask for password, code or passkey again after so long (seconds).
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
# Another mail address is a way to another password: it is dangerous too.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
# The dotted path of a class that sends text messages (people/senders.py); empty: none, codes go by e-mail or on slips.
SMS_SENDER: str = env.str("QIANCHANG_SMS_SENDER", default="")
SMS_URL: str = env.str("QIANCHANG_SMS_URL", default="")
SMS_SECRET: str = env.str("QIANCHANG_SMS_SECRET", default="")
# Second factor: an authenticator app or passkeys, with recovery codes. Its secrets are encrypted (people/adapter.py).
MFA_FORMS = {
    "activate_totp": "qianchang.people.second_factor_forms.SwitchOnForm",
    "authenticate": "qianchang.people.second_factor_forms.SecondStepForm",
    "reauthenticate": "qianchang.people.second_factor_forms.IsItYouForm",
    "add_webauthn": "qianchang.people.second_factor_forms.NewPasskeyForm",
    "edit_webauthn": "qianchang.people.second_factor_forms.RenamePasskeyForm",
}
MFA_ADAPTER = "qianchang.people.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
# Shown when they are made and never again: whoever finds an open session reads none.
MFA_RECOVERY_CODES_SHOW_ONCE = True
# The name under which an authenticator app keeps the account.
MFA_TOTP_ISSUER = "千场"
# A telephone's clock may be half a minute off.
MFA_TOTP_TOLERANCE = 1
# Mail addresses come from rosters and officers; a second factor must not wait for a mail.
MFA_ALLOW_UNVERIFIED_EMAIL = True
# Administrators sign in with a second factor whatever their association asks.
ADMIN_SECOND_FACTOR: bool = env.bool("QIANCHANG_ADMIN_SECOND_FACTOR", default=False)
# An outside identity provider (OpenID Connect). It opens no account: it is connected in the settings, or found by a
# licence number that the provider vouches for in the claim named here.
OIDC_URL: str = env.str("QIANCHANG_OIDC_URL", default="")
OIDC_LICENCE_CLAIM: str = env.str("QIANCHANG_OIDC_LICENCE_CLAIM", default="")
# Where the provider's sign-in page stands, if not at QIANCHANG_OIDC_URL: the content security policy lets forms lead there.
OIDC_ORIGIN: str = env.str("QIANCHANG_OIDC_ORIGIN", default="") or "/".join(OIDC_URL.split("/")[:3])
SOCIALACCOUNT_ADAPTER = "qianchang.people.adapter.OutsideIdentityAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "outside",
                "name": env.str("QIANCHANG_OIDC_NAME", default="OpenID Connect"),
                "client_id": env.str("QIANCHANG_OIDC_CLIENT", default=""),
                "secret": env.str("QIANCHANG_OIDC_SECRET", default=""),
                "settings": {"server_url": OIDC_URL},
            }
        ]
        if OIDC_URL
        else [],
    }
}
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
WAGTAILADMIN_LOGIN_URL = "/account/login/"
# allauth's mails are limited, Wagtail's are not.
WAGTAIL_PASSWORD_RESET_ENABLED = False
# allauth asks who it is before another address or password, Wagtail does not.
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
# A PC that a lawyer has remembered; an officer's desk ends sooner (people/sessions.py).
SESSION_COOKIE_AGE = 30 * 24 * 3600
SESSION_ENGINE = "qianchang.people.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
