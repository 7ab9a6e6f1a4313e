"""Who may use this installation: a token in the printed address, then a signed cookie.

Until accounts exist there is one reviewer. The token is the only secret: it signs the cookies, so a
new token signs everybody out.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from itsdangerous import BadSignature, URLSafeTimedSerializer

from heaters.domain.errors import InvalidConfiguration
from heaters.models import LOCAL_REVIEWER_ID

_TOKEN_BYTES = 32

MAX_AGE_S = 30 * 24 * 3600
"""How long a browser stays signed in."""


def web_token(data_dir: Path) -> str:
    """Return this installation's token (256 random bits), made at the first call.

    Its file is 0600, and on the disk before it is used. Processes that start together agree on one
    token.

    Raises:
        InvalidConfiguration: the file is there and holds no token, as after a full disk.
    """
    path = data_dir / "web-token"
    if not path.exists():
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = data_dir / f"web-token.{secrets.token_hex(8)}.new"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(_TOKEN_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(draft)  # unlike a rename, it fails where another process was first
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    token = path.read_text().strip()
    if len(token) < _TOKEN_BYTES:
        raise InvalidConfiguration(
            f"{path} holds no sign-in token: delete it, start again and sign in again"
        )
    return token


class Sessions:
    """Exchanges the token for a cookie, and knows people by their cookie."""

    def __init__(self, token: str) -> None:
        self._token = token.encode()
        self._signer = URLSafeTimedSerializer(token, salt="heaters session")
        # Cookies of a host are shared by all its ports: other installations' have other names.
        self.cookie_name = f"heaters-{hashlib.sha256(self._token).hexdigest()[:8]}"

    def sign_in(self, token: str) -> str | None:
        """Return the cookie to set, or None if the token is wrong; takes equal time for both."""
        if not hmac.compare_digest(token.encode(), self._token):
            return None
        return str(self._signer.dumps(LOCAL_REVIEWER_ID))

    def reviewer_id(self, cookie: str) -> int | None:
        """Return whose valid session the cookie's value is, or None."""
        try:
            reviewer_id = self._signer.loads(cookie, max_age=MAX_AGE_S)
        except BadSignature:
            return None
        return reviewer_id if isinstance(reviewer_id, int) else None
