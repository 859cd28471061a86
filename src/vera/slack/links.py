"""Where a link may lead, and whether its label tells the truth about it.

A model's link is kept only as http, https or one mail address, rebuilt from its parts; and a label that names an
address must name the target's own. What counts is what a person would read: labels are compared after invisible
characters, full-width letters and percent-encoding are undone, and a label that spells a host in other letters than
ASCII never stands for one (`tests/unit/slack/test_slack_links.py` has the forgeries).
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote, unquote, urlsplit

__all__ = ["misleads", "target"]

_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?|\[[0-9a-f:.]+\]")
_MAILBOX = re.compile(r"[a-z0-9.!#$%&'*+/=?^_{}~-]+@[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?", re.IGNORECASE)
_DOMAIN = re.compile(r"(?:[\w-]{1,63}\.){1,10}(?:xn--[\w-]{1,59}|[^\W\d_]{2,63})|\d{1,3}(?:\.\d{1,3}){3}")
_AROUND_AN_ADDRESS = "()[]<>\"'.,;:!?"
_URL_SAFE = "!#$%&'()*+,/:;=?@[]~"

# Endings of file names that are no top-level domains: `main.tf` in a label is a file. Those that are both stand for a
# file where it is the last part of the target's path.
_FILE_OR_DOMAIN = frozenset({"cc", "md", "pl", "py", "rs", "sh", "zip"})
_COMMON_ENDINGS = frozenset({"app", "biz", "com", "dev", "edu", "gov", "info", "net", "online", "org", "site", "xyz"})
_FILE_ENDING = re.compile(
    "bmp|cfg|conf|cpp|css|csv|docx?|env|gif|go|gz|h|html|ini|ipynb|java|jpe?g|jsx?|json|lock|log|pdf|png|pptx?|proto|rb|"
    "sql|svg|tar|tf|toml|tsx?|tsv|txt|webp|xlsx?|xml|ya?ml"
)
_COUNTRY = 2  # letters in the ending of a country's domains


def target(href: str) -> str | None:
    """Return the address that a link leads to, fit to stand in `<…|…>`; None where it must not be a link.

    User names in a URL (`https://bank.example@evil.example`) are dropped: they serve to deceive.
    """
    try:
        parts = urlsplit(href.strip())
        port = parts.port
    except ValueError:
        return None
    scheme = parts.scheme.lower()
    if scheme == "mailto":
        mailbox = unquote(parts.path)
        return f"mailto:{quote(mailbox, safe='@!#$%*+/=?^_{}~')}" if _MAILBOX.fullmatch(mailbox) else None
    host = _ascii(unquote(parts.hostname or ""))
    if scheme not in {"http", "https"} or not _HOST.fullmatch(host):
        return None
    authority = host if port is None else f"{host}:{port}"
    rest = parts._replace(scheme="", netloc="").geturl()
    return f"{scheme}://{authority}{quote(rest, safe=_URL_SAFE)}"


def misleads(label: str, address: str, *, before: str = "", after: str = "") -> bool:
    """Whether a label names an address (a URL, a domain, a mailbox) that is not `address`, which `target` returned.

    `before` and `after` are the words that touch the label: `bank[.example](…)` reads as one name. There a sentence may
    end and the label begin without a space, so only the endings that most domains have count.
    """
    if any(_other_address(word, address) for word in _as_read(label).split()):
        return True
    together = _as_read(before + label + after)
    return bool(before or after) and any(
        domain != _host_of(address)
        and (len(ending := domain.rpartition(".")[2]) == _COUNTRY or ending in _COMMON_ENDINGS)
        for domain in _domains(together)
    )


def _other_address(word: str, address: str) -> bool:
    _, scheme, rest = word.partition("://")
    pieces = re.split(r"[/?#\\]", rest if scheme else word)
    if "@" in pieces[0]:
        return _other_mailbox(word, address) if _domains(pieces[0]) else False
    host = _host_of(address)
    if scheme:
        return _bare(pieces[0].strip(_AROUND_AN_ADDRESS).partition(":")[0]) != host
    # A word that starts with a domain is an address with its path; else a domain may hide in any part of it.
    named = _domains(pieces[0]) or [domain for piece in pieces for domain in _domains(piece)]
    return any(domain != host and not _names_its_file(domain, address) for domain in named)


def _other_mailbox(word: str, address: str) -> bool:
    mailbox = word.strip(_AROUND_AN_ADDRESS).removeprefix("mailto:")
    return f"mailto:{mailbox}" != _as_read(address)


def _names_its_file(name: str, address: str) -> bool:
    path = _as_read(re.split("[?#]", address, maxsplit=1)[0])
    return name.rpartition(".")[2] in _FILE_OR_DOMAIN and path.endswith("/" + name)


def _domains(piece: str) -> list[str]:
    """Return what reads as a domain in a piece of text. A name with other letters than ASCII can equal no target."""
    found = [str(name[0]) for name in _DOMAIN.finditer(piece)]
    return [_bare(name) for name in found if not _FILE_ENDING.fullmatch(name.rpartition(".")[2])]


def _as_read(label: str) -> str:
    """Undo what makes one text look like another: encoding, compatibility forms, invisible characters, odd dots."""
    text = unicodedata.normalize("NFKC", unquote(label)).casefold()
    visible = (char for char in text if unicodedata.category(char) != "Cf")
    return "".join(visible).replace("\u3002", ".").replace("\uff61", ".")


def _host_of(address: str) -> str:
    if address.startswith("mailto:"):
        return ""
    host = address.partition("://")[2]
    return _bare(re.split(r"[/?#]", host, maxsplit=1)[0].partition(":")[0])


def _bare(host: str) -> str:
    return host.rstrip(".").removeprefix("www.")


def _ascii(host: str) -> str:
    host = host.lower().rstrip(".")
    if host.isascii():
        return f"[{host}]" if ":" in host else host
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return ""
