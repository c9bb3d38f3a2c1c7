"""Forms of the account pages."""

from allauth.account.forms import LoginForm


class SignInForm(LoginForm):
    """Sign in with licence number, user name or e-mail."""
