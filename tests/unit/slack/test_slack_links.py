"""Where a link may lead, and the labels that lie about it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vera.slack.links import misleads, target

TARGETS = {
    "https": ("https://x.example/a", "https://x.example/a"),
    "http with a port": ("http://x.example:8080/a", "http://x.example:8080/a"),
    "no path": ("https://x.example", "https://x.example"),
    "upper case": ("HTTPS://X.Example/A", "https://x.example/A"),
    "query and fragment": ("https://x.example/a?b=1&c=%20#d", "https://x.example/a?b=1&c=%20#d"),
    "what would end the link": ("https://x.example/a b|c>d<e", "https://x.example/a%20b%7Cc%3Ed%3Ce"),
    "other letters": ("https://x.example/ü", "https://x.example/%C3%BC"),
    "a host of other letters": ("https://müller.example/", "https://xn--mller-kva.example/"),
    "an address": ("http://127.0.0.1:80/a", "http://127.0.0.1:80/a"),
    "a long address": ("http://[::1]:80/a", "http://[::1]:80/a"),
    "a name without dots": ("http://intranet/wiki", "http://intranet/wiki"),
    "a user before the host": ("https://bank.example@evil.example/x", "https://evil.example/x"),
    "an encoded host": ("https://%65vil.example/x", "https://evil.example/x"),
    "a mailbox": ("mailto:a.b+c@x.example", "mailto:a.b+c@x.example"),
    "a mailbox with a hidden copy": ("mailto:a@x.example?bcc=b@evil.example", "mailto:a@x.example"),
    "two mailboxes": ("mailto:a@x.example,b@evil.example", None),
    "no mailbox": ("mailto:nobody", None),
    "a script": ("javascript:alert(1)", None),
    "data": ("data:text/html,x", None),
    "a file": ("file:///etc/passwd", None),
    "an app": ("slack://user?id=U1", None),
    "a path": ("/a/b", None),
    "no scheme": ("//x.example/a", None),
    "no host": ("https:///a", None),
    "a host that is too long": ("https://" + "ü" * 70 + ".example/", None),
    "no port": ("https://x.example:port/a", None),
    "half an address": ("http://[::1/a", None),
    "a token of Slack's": ("!here", None),
    "nothing": ("", None),
}


@pytest.mark.parametrize(("href", "address"), TARGETS.values(), ids=TARGETS.keys())
def test_a_link_leads_to_the_web_or_to_a_mailbox_or_is_none(href: str, address: str | None):
    assert target(href) == address


@settings(deadline=None)
@given(st.text(max_size=60).map("https://x.example/{}".format) | st.text(max_size=40))
def test_no_address_can_end_its_link(href: str):
    address = target(href.encode("utf-8", "replace").decode())

    assert address is None or re.fullmatch(r"(?:https?://|mailto:)[!-;=?-{}~]+", address)


HONEST = {
    "words": ("the docs", "https://x.example/a"),
    "its own host": ("x.example", "https://x.example/a"),
    "its own host with www": ("www.x.example", "https://x.example/a"),
    "host without the www of the target": ("x.example/a", "https://www.x.example/a"),
    "its own URL": ("https://x.example/a", "https://x.example/a"),
    "its own URL, shortened": ("https://x.example/…", "https://x.example/a/b"),
    "upper case": ("X.Example", "https://x.example/a"),
    "a sentence with it": ("see x.example, please", "https://x.example/a"),
    "its own port": ("x.example:8080/a", "https://x.example:8080/a"),
    "a file of the target": ("README.md", "https://git.example/a/README.md"),
    "a file's path in the target": ("src/main.py", "https://git.example/a/src/main.py"),
    "a file that is no domain": ("settings.json", "https://git.example/a"),
    "a library": ("Node.js 22", "https://x.example/a"),
    "a version": ("version 1.2.3", "https://x.example/a"),
    "an abbreviation": ("e.g. this", "https://x.example/a"),
    "a handle": ("@vera", "https://x.example/a"),
    "its own mailbox": ("a@x.example", "mailto:a@x.example"),
    "its own mailbox with its scheme": ("mailto:A@x.example", "mailto:a@x.example"),
    "words for a mailbox": ("write to us", "mailto:a@x.example"),
    "a path with a domain in it": ("x.example/bank.example", "https://x.example/bank.example"),
}

LYING = {
    "another host": ("bank.com", "https://evil.example"),
    "another host's URL": ("https://bank.com/login", "https://evil.example"),
    "a host that begins like the target": ("x.example.com", "https://x.example"),
    "a part of the target's host": ("bank.com", "https://bank.com.evil.example"),
    "a part of the target's path": ("bank.com", "https://evil.example/bank.com"),
    "a host without dots": ("http://intranet/", "https://evil.example"),
    "within a sentence": ("log in at bank.com now", "https://evil.example"),
    "in brackets": ("(bank.com)", "https://evil.example"),
    "after an arrow": ("→bank.com", "https://evil.example"),
    "after another word": ("site:bank.com", "https://evil.example"),
    "with a port": ("bank.com:443", "https://evil.example"),
    "with a path": ("bank.com/login?a=b", "https://evil.example"),
    "behind a path": ("go/bank.com", "https://evil.example"),
    "with one slash": ("https:/bank.com", "https://evil.example"),
    "upper case": ("BANK.COM", "https://evil.example"),
    "full width": ("\uff42\uff41\uff4e\uff4b\uff0ecom", "https://evil.example"),
    "an ideographic full stop": ("bank\u3002com", "https://evil.example"),
    "a leader for a dot": ("bank\u2024com", "https://evil.example"),
    "an invisible space": ("ba\u200bnk.c\u2060om", "https://evil.example"),
    "a soft hyphen": ("bank\u00ad.com", "https://evil.example"),
    "written backwards": ("\u202emoc.knab", "https://evil.example"),
    "percent-encoded": ("bank%2Ecom", "https://evil.example"),
    "letters of another alphabet": ("b\u0430nk.com", "https://bank.com"),
    "letters of another alphabet, and the target's too": ("b\u0430nk.com", "https://xn--bnk-5cd.com"),
    "punycode": ("xn--bnk-5cd.com", "https://bank.com"),
    "a user before the host": ("https://bank.com@evil.example", "https://evil.example"),
    "an address in numbers": ("10.0.0.1", "https://evil.example"),
    "another mailbox of the host": ("ceo@x.example", "mailto:a@x.example"),
    "a mailbox that ends like the target": ("the.ceo@x.example", "mailto:ceo@x.example"),
    "a mailbox for a page": ("ceo@bank.com", "https://bank.com"),
    "a page for a mailbox": ("bank.com", "mailto:a@bank.com"),
    "another file": ("README.md", "https://evil.example/install.sh"),
    "one of two hosts": ("x.example bank.com", "https://x.example"),
}


@pytest.mark.parametrize(("label", "address"), HONEST.values(), ids=HONEST.keys())
def test_a_label_may_say_anything_that_is_no_other_address(label: str, address: str):
    assert not misleads(label, address)


@pytest.mark.parametrize(("label", "address"), LYING.values(), ids=LYING.keys())
def test_a_label_that_names_another_address_misleads(label: str, address: str):
    assert misleads(label, address)


@pytest.mark.parametrize(
    ("before", "label", "after", "lies"),
    [
        pytest.param("bank", ".com", "", True, id="the label ends a name"),
        pytest.param("", "bank", ".com/login", True, id="the label begins a name"),
        pytest.param("my.", "bank", ".co.uk", True, id="the label is inside a name"),
        pytest.param("x.", "example", "", False, id="together they name the target"),
        pytest.param("end.", "Source", "", False, id="a sentence that ends without a space"),
        pytest.param("8.", "docs", "", False, id="a number before"),
    ],
)
def test_the_words_that_touch_a_label_are_read_with_it(*, before: str, label: str, after: str, lies: bool):
    assert misleads(label, "https://x.example", before=before, after=after) is lies
