"""The embedded default: a knowledge base over a folder, and a model that answers from passages. No account is needed.

Honest about what they are: words are matched, not meanings; sentences are picked, not written.
"""

from vera.local.knowledge import FolderKnowledge
from vera.local.model import PassageModel

__all__ = ["FolderKnowledge", "PassageModel"]
