"""Who a browser is: a random id in a cookie, signed by this server, so that nobody makes up ids, or quotas, of their own."""

import contextlib
import logging
import os
import secrets
import tempfile
from functools import cache
from pathlib import Path

from itsdangerous import BadSignature, TimestampSigner

from resnet_viz.owners import data_folder

COOKIE = "resnet_viz_owner"
COOKIE_AGE_S = 30 * 24 * 3600
SIGNING_KEY_VARIABLE = "RESNET_VIZ_SECRET"
"""The environment variable that holds what cookies are signed with; replicas that share visitors share its value."""
_MAX_COOKIE = 200
_SECRET_BYTES = 32
_log = logging.getLogger("resnet_viz")


def new_cookie() -> str:
    """Return the value of a cookie for a browser that has none: a fresh id, the time, the signature of both."""
    return _signer().sign(secrets.token_urlsafe(24)).decode()


def owner_of(cookie: object) -> str | None:
    """Return the id in a cookie's value, or None if this server did not write it or it is too old."""
    if not isinstance(cookie, str) or not 0 < len(cookie) <= _MAX_COOKIE:
        return None
    try:
        return _signer().unsign(cookie, max_age=COOKIE_AGE_S).decode()
    except (BadSignature, UnicodeError):
        return None


def _signer() -> TimestampSigner:
    return TimestampSigner(os.environ.get(SIGNING_KEY_VARIABLE) or _kept_secret(data_folder()), salt=COOKIE)


@cache
def _kept_secret(folder: Path) -> str:
    """Return the data folder's secret, made by whichever process comes first; readable by this user alone."""
    path = folder / "secret"
    try:
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write_once(path, secrets.token_hex(_SECRET_BYTES))
        return path.read_text("utf-8")
    except OSError as error:
        _log.warning("No secret can be kept in %s (%s): visitors are strangers after a restart.", folder, error)
        return secrets.token_hex(_SECRET_BYTES)


def _write_once(path: Path, text: str) -> None:
    """Write a file whole or not at all, and never over another process's."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".secret-")  # 0600 from the start
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
        with contextlib.suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        Path(temporary).unlink(missing_ok=True)
