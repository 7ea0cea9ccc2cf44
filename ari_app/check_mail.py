"""What `ringdesk check` looks at of the mail server."""

from ari_app.check import Finding, fail, ok
from screenpop.config import Mail
from screenpop.mail import PORTS, Mailer, MailFailed

WHAT = "Mail"


async def check_mail(config: Mail) -> list[Finding]:
    """Whether reports can be mailed: connects and signs in, and sends nothing. Nothing is said where none is set up."""
    if not config.host:
        return []
    where = f"{config.host}:{config.port or PORTS[config.security]}"
    if not config.sender:
        remedy = "set mail.sender: Ringdesk <reports@example.com>"
        return [fail(WHAT, f"{where} is set, but not from whom mails are", remedy)]
    try:
        await Mailer(config).try_out()
    except MailFailed as error:
        return [fail(WHAT, f"{where}: {error}", "see [mail]: host, port, security, username and password")]
    signed_in = f" as {config.username}" if config.username else ""
    return [ok(WHAT, f"{where} takes mails{signed_in} ({config.security})")]
