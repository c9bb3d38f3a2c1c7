from django.apps import AppConfig


class CertificatesConfig(AppConfig):
    """Hours certificates (学时证明): issue, verify, revoke."""

    name = "courses.certificates"
    label = "certificates"

    def ready(self) -> None:
        from courses.certificates import privacy

        privacy.declare_holdings()
