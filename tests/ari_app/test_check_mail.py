"""What `ringdesk check` says of a mail server."""

import msgspec

from ari_app.check_mail import check_mail
from screenpop.config import Mail
from tests.fakes.smtp import smtp_sink


async def test_mail_server_is_tried_and_gets_nothing() -> None:
    async with smtp_sink() as sink:
        (finding,) = await check_mail(sink.config)
        assert (finding.level, finding.text, sink.mails) == ("OK", f"127.0.0.1:{sink.port} takes mails (none)", [])
        (finding,) = await check_mail(msgspec.structs.replace(sink.config, sender=""))
        assert (finding.level, finding.remedy) == ("FAIL", "set mail.sender: Ringdesk <reports@example.com>")
    (finding,) = await check_mail(sink.config)
    assert finding.level == "FAIL"
    assert "cannot be reached" in finding.text


async def test_nothing_is_said_where_no_mail_server_is_set_up() -> None:
    assert await check_mail(Mail()) == []
