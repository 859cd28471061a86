"""What axe finds wrong with a page, in one line each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from axe_playwright_python.base import AXE_SCRIPT

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["faults"]

_RUN = "(inside) => axe.run(inside, { resultTypes: ['violations'] }).then(({ violations }) => violations)"


def faults(page: Page, *, inside: str = "html") -> list[str]:
    """Return every rule that the page breaks as it stands, with what breaks it and why.

    `inside` is a CSS selector: what to look at, where the rest was looked at already.
    """
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found: list[dict[str, Any]] = page.evaluate(_RUN, inside)
    return [f"{rule['id']}: {node['html'][:160]}: {_why(node)}" for rule in found for node in rule["nodes"]]


def _why(node: dict[str, Any]) -> str:
    checks = [*node["any"], *node["all"], *node["none"]]
    return "; ".join(check["message"] for check in checks)
