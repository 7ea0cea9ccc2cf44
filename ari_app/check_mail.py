"""What `ringdesk check` looks at of the mail server."""

from ari_app.check import Finding, fail, ok
from screenpop.config import Mail
from screenpop.mail import PORTS, Mailer, MailFailed
from screenpop.said import said

WHAT = said("Mail")


async def check_mail(config: Mail) -> list[Finding]:
    """Whether reports can be mailed: connects and signs in, and sends nothing. Nothing is said where none is set up."""
    if not config.host:
        return []
    where = f"{config.host}:{config.port or PORTS[config.security]}"
    if not config.sender:
        remedy = said("set mail.sender: Ringdesk <reports@example.com>")
        return [fail(WHAT, said("%(place)s is set, but not from whom mails are", place=where), remedy)]
    try:
        await Mailer(config).try_out()
    except MailFailed as error:
        text = said("%(place)s: %(why)s", place=where, why=error)
        return [fail(WHAT, text, said("see [mail]: host, port, security, username and password"))]
    if config.username:
        text = said(
            "%(place)s takes mails as %(user)s (%(security)s)",
            place=where,
            user=config.username,
            security=config.security,
        )
    else:
        text = said("%(place)s takes mails (%(security)s)", place=where, security=config.security)
    return [ok(WHAT, text)]
