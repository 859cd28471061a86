"""Vera: a streaming, sourced, conversational Slack assistant on AWS Bedrock.

Names are loaded when they are used, so that importing one room doesn't light the whole house.
"""

TYPE_CHECKING = False  # a type checker takes it for true; importing typing would cost the receiver 4 ms

__all__ = ["Answer", "Settings", "ToolContext", "ToolError", "Vera", "VeraError", "tool"]

if TYPE_CHECKING:
    from vera.app import Answer, Vera
    from vera.assistant.tools import ToolContext, ToolError, tool
    from vera.errors import VeraError
    from vera.settings import Settings
else:
    _HOMES = {
        "Answer": "vera.app",
        "Settings": "vera.settings",
        "ToolContext": "vera.assistant.tools",
        "ToolError": "vera.assistant.tools",
        "Vera": "vera.app",
        "VeraError": "vera.errors",
        "tool": "vera.assistant.tools",
    }

    def __getattr__(name: str) -> object:
        """Import the module that holds `name`."""
        if name not in _HOMES:
            raise AttributeError(f"module 'vera' has no attribute {name!r}")
        from importlib import import_module  # noqa: PLC0415 - the receiver never comes here

        return getattr(import_module(_HOMES[name]), name)

    def __dir__() -> list[str]:
        """Name what there is."""
        return [*globals(), *__all__]
