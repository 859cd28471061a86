"""The one line that says where a playground is and on what it runs, and a browser that is shown there.

Held by `test_playground_announcement.py`.
"""

from __future__ import annotations

import re
import sys
import threading
import webbrowser
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from vera.settings import EMBEDDED, FOLDER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vera.settings import Settings

__all__ = ["announcement", "browse", "has_credentials", "has_display"]

_CREDENTIALS = {
    "AWS_ACCESS_KEY_ID",
    "AWS_BEARER_TOKEN_BEDROCK",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_PROFILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
}
_IN_A_FILE = re.compile(r"(?m)^\s*(aws_access_key_id|credential_process|role_arn|sso_session|sso_start_url)\s*=")


def announcement(
    address: str,
    settings: Settings,
    environment: Mapping[str, str],
    *,
    region: str = "",
    folders: Sequence[Path] = (),
    indexed: bool = True,
) -> str:
    """Return the line. `indexed` is false while the folders are still being looked through."""
    embedded = settings.model_id == EMBEDDED
    model = "embedded model" if embedded else f"{settings.model_id} in {region}"
    bases = [name for name in settings.knowledge_base_ids if not name.startswith(FOLDER)]
    known = [f"documents from {' and '.join(folder.name for folder in folders)}"] if folders else []
    known += [f"knowledge base{'s' * (len(bases) > 1)} {' and '.join(bases)}"] if bases else []
    line = f"Vera's playground: {address} ({', '.join([model, *(known or ['no documents'])])}). Stop it with Ctrl-C."
    if not indexed:
        line += " The documents are still being indexed."
    if not known:
        line += " --docs FOLDER lets it answer from documents."
    if embedded and has_credentials(environment):
        line += " There are AWS credentials: --model ID asks Bedrock."
    return line


def has_credentials(environment: Mapping[str, str]) -> bool:
    """Whether credentials for AWS seem to be at hand; nobody is asked whether they are good."""
    if any(environment.get(name) for name in _CREDENTIALS):
        return True
    aws = Path(environment.get("HOME") or "/nowhere") / ".aws"
    files = (
        environment.get("AWS_SHARED_CREDENTIALS_FILE") or aws / "credentials",
        environment.get("AWS_CONFIG_FILE") or aws / "config",
    )
    for file in files:
        with suppress(OSError, UnicodeDecodeError):
            if _IN_A_FILE.search(Path(file).read_text()):
                return True
    return False


def has_display(environment: Mapping[str, str], *, terminal: bool, platform: str = sys.platform) -> bool:
    """Whether a browser would open where whoever typed the command sees it."""
    if not terminal:
        return False
    if environment.get("BROWSER") or platform == "darwin":
        return True
    on_screen = environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY")
    return bool(on_screen) and not environment.get("SSH_CONNECTION")


def browse(address: str, environment: Mapping[str, str]) -> None:
    """Open the address in a browser, where there is one to be seen; nobody waits for it, or learns if there isn't."""
    if has_display(environment, terminal=sys.stdout.isatty()):
        threading.Thread(target=_open, args=(address, environment), name="browser", daemon=True).start()


def _open(address: str, environment: Mapping[str, str]) -> None:
    with suppress(webbrowser.Error, OSError):
        browser = webbrowser.get()
        in_the_terminal = type(browser) is webbrowser.GenericBrowser  # such as lynx, which would take it over
        if environment.get("BROWSER") or not in_the_terminal:
            browser.open(address)
