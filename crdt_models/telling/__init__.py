"""What a fact says, in Portuguese: for whoever must decide, and for whoever asks who did what.

Rules of this room:
1. One table, `SENTENCES`: a kind of fact, and the sentence that tells one of it. Another kind of
   fact is one more line in the file of its subject; a test says which are missing.
2. Codes and figures are for programs and stand elsewhere. A sentence may be improved at any time.
3. What a fact's `PERSONAL` names is never told.
"""

from crdt_models.telling.mentions import mentions, undone_by
from crdt_models.telling.names import Names
from crdt_models.telling.sentences import SENTENCES, sentence
from crdt_models.telling.trail import Standing, Told, trail

__all__ = [
    "Names", "SENTENCES", "Standing", "Told", "mentions", "sentence", "trail", "undone_by",
]  # fmt: skip
