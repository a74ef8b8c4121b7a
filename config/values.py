"""The types of settings' values, each with the sentence for a wrong value."""

from __future__ import annotations

import ipaddress
import re
from datetime import datetime
from typing import Annotated
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError
from pydantic import AfterValidator, Field

Port = Annotated[int, Field(ge=1, le=65535)]
RedisNumber = Annotated[int, Field(ge=0, le=1_000_000)]

# A part of an object key; a folder consists of such parts, with or without slashes around it.
KEY_PART = r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}"
# The maximum length of a folder in characters, which leaves room in a key for names below it.
FOLDER_LENGTH = 200
FOLDER = re.compile(rf"/?{KEY_PART}(?:/{KEY_PART})*/?", re.ASCII)

# Scheme, host and optionally a port; a host in brackets is an IPv6 address.
ORIGIN = re.compile(r"https?://(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?/?", re.ASCII)

# A host name of the server, or, with "*." in front, all names below it.
HOST_NAME = re.compile(r"(?:\*\.)?[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*", re.ASCII)

RATE = re.compile(r"[1-9][0-9]{0,8}/(?:second|minute|hour|day)", re.ASCII)
HEADER_NAME = re.compile(r"[A-Za-z0-9-]{1,100}", re.ASCII)
HEADERS = re.compile(r"\s*[A-Za-z0-9-]+\s*=[^,=][^,]*(?:,\s*[A-Za-z0-9-]+\s*=[^,=][^,]*)*", re.ASCII)

# The prefix of uploads that wait to be processed.
INCOMING = "incoming/"

# The prefix of archives of users' data that wait to be downloaded.
EXPORTS = "exports/"

# The prefix of the second copies of pictures, each under the name of its variant.
COPIES = "media_copies/"


def _folder(value: str) -> str:
    if not FOLDER.fullmatch(value) or len(value) > FOLDER_LENGTH:
        raise ValueError(
            "must have only letters, digits and ._- between slashes, and no part that begins with a dot"
        )
    return value


Folder = Annotated[str, AfterValidator(_folder)]


def _cron(value: str) -> str:
    try:
        CronSim(value, datetime(2026, 1, 1))
    except CronSimError:
        raise ValueError(
            "must be five cron fields, such as 5 * * * * (minute hour day month weekday)"
        ) from None
    return value


def _time_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("must be the name of a time zone, such as Europe/Berlin") from None
    return value


def _age_recipient(value: str) -> str:
    from pyrage import RecipientError, x25519  # imported only where it is needed

    try:
        x25519.Recipient.from_str(value)
    except RecipientError:
        raise ValueError(
            "must be an age public key, which begins with age1, and never a secret key"
        ) from None
    return value


def _rate(value: str) -> str:
    if not RATE.fullmatch(value):
        raise ValueError("must be a number of requests per second, minute, hour or day, such as 600/minute")
    return value


def _networks(value: str) -> str:
    for part in value.split(","):
        try:
            ipaddress.ip_network(part.strip(), strict=False)
        except ValueError:
            raise ValueError(
                "must be addresses or networks separated by commas, such as 10.0.0.0/8"
            ) from None
    return value


def _origins(value: str) -> str:
    for part in value.split(","):
        if part.strip() != "*" and not is_origin(part.strip()):
            raise ValueError("must be * or addresses like https://host, separated by commas")
    return value


def _host_names(value: str) -> str:
    for part in value.split(","):
        if not HOST_NAME.fullmatch(part.strip()) and not is_address(part.strip()):
            raise ValueError(
                "must be host names separated by commas, without http:// or port, such as perch.example.org"
            )
    return value


def _plain_host_names(value: str) -> str:
    if "*" in value:
        raise ValueError("must be host names separated by commas, each in full, such as wiki.internal")
    return _host_names(value)


def _header_name(value: str) -> str:
    if not HEADER_NAME.fullmatch(value):
        raise ValueError("must be the name of a header, such as X-Real-IP")
    return value


def _is_header_value(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _headers(value: str) -> str:
    if not HEADERS.fullmatch(value) or not all(map(_is_header_value, headers(value).values())):
        raise ValueError("must be name=value pairs separated by commas, with URL-encoded values")
    return value


Rate = Annotated[str, AfterValidator(_rate)]
Origins = Annotated[str, AfterValidator(_origins)]
HostNames = Annotated[str, AfterValidator(_host_names)]
PlainHostNames = Annotated[str, AfterValidator(_plain_host_names)]
Networks = Annotated[str, AfterValidator(_networks)]
Headers = Annotated[str, AfterValidator(_headers)]
HeaderName = Annotated[str, AfterValidator(_header_name)]
Cron = Annotated[str, AfterValidator(_cron)]
TimeZone = Annotated[str, AfterValidator(_time_zone)]
AgeRecipient = Annotated[str, AfterValidator(_age_recipient)]
Days = Annotated[int, Field(ge=1, le=3650)]


def headers(text: str) -> dict[str, str]:
    """The headers in a value of the type `Headers`, with their values as they are sent."""
    pairs = (part.partition("=") for part in text.split(",") if part)
    return {name.strip().lower(): unquote(value).strip() for name, _, value in pairs}


def upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server that listens on this host."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_address(text: str) -> bool:
    """Whether the text is an IP address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def is_origin(text: str) -> bool:
    """Whether the text is a web address with a host and optionally a port, and nothing else."""
    return is_web_address(text) and ORIGIN.fullmatch(text) is not None


def is_web_address(text: str) -> bool:
    """Whether the text is an http or https URL with a valid host."""
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
