"""A relay of mail by aiosmtpd, who knows nothing of us. It says its port, and then each mail that it took, a line of
JSON each. A line on stdin is the code that it answers a recipient with from then on.

usage: relay.py [--port PORT] [--tls starttls|implicit CERTIFICATE KEY] [--login USER PASSWORD]
"""

import asyncio
import email
import email.policy
import json
import logging
import ssl
import sys
import threading
import warnings

try:
    from aiosmtpd.smtp import SMTP, AuthResult
except ImportError:
    sys.exit("aiosmtpd is not there: `cargo xtask test --only python` installs it")


# Who leaves in the middle is part of the tests.
logging.disable()
warnings.simplefilter("ignore")


class Kept:
    """Takes mail and prints it."""

    answer = "250"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.answer != "250":
            return f"{self.answer} <{address}> is not served now"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        print(json.dumps({
            "from": envelope.mail_from, "to": envelope.rcpt_tos, "id": mail["message-id"],
            "subject": mail["subject"], "text": mail.get_content(),
            "tls": server.transport.get_extra_info("ssl_object") is not None, "user": session.auth_data,
        }), flush=True)
        return "250 taken"


def argument(name, count):
    """What follows a name among the arguments; nothing where it is not there."""
    if name not in sys.argv:
        return None
    at = sys.argv.index(name) + 1
    return sys.argv[at:at + count]


async def main():
    kept, tls, login = Kept(), argument("--tls", 3), argument("--login", 2)
    port = int((argument("--port", 1) or ["0"])[0])
    context = None
    if tls:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(tls[1], tls[2])
    starttls = context if tls and tls[0] == "starttls" else None

    def known(server, session, envelope, mechanism, said):
        right = [said.login.decode(), said.password.decode()] == login
        return AuthResult(success=right, auth_data=login[0] if right else None)

    def serve():
        return SMTP(kept, hostname="relay", tls_context=starttls, require_starttls=bool(starttls),
                    authenticator=known if login else None, auth_required=bool(login),
                    auth_require_tls=bool(starttls), enable_SMTPUTF8=False)

    implicit = context if tls and tls[0] == "implicit" else None
    server = await asyncio.get_running_loop().create_server(serve, "127.0.0.1", port, ssl=implicit)
    print(server.sockets[0].getsockname()[1], flush=True)

    def listen():
        for line in sys.stdin:
            kept.answer = line.strip()
        loop.call_soon_threadsafe(ended.set)

    # It ends with whoever started it.
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    threading.Thread(target=listen, daemon=True).start()
    await ended.wait()


asyncio.run(main())
