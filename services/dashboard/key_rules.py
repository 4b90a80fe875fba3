"""What a key may look like before its provider is asked; pure, one rule for the API and the pages."""

from __future__ import annotations

from collections.abc import Mapping

from services.dashboard.errors import invalid, key_error
from services.dashboard.refusals import Refusals
from shared.domain.key_address import REGIONS, problems_with_address
from shared.domain.key_format import problem_with_key, trim_key
from shared.domain.secret import Secret
from shared.domain.text_rules import LONGEST_NAME
from shared.keys.refusal import malformed


def problem_with_label(label: str) -> str | None:
    """Return why no key can have this label and how to mend it; None when one can."""
    if not label:
        return "label is empty; write something."
    return f"label has more than {LONGEST_NAME} characters; shorten it." if len(label) > LONGEST_NAME else None


def note_beside_key(
    refusals: Refusals, text: Secret | None, *, provider: str, label: str | None, address: Mapping[str, str | None]
) -> None:
    """Note a label or an address that the key cannot have, and in the same breath what is wrong with its text.

    A text that alone is wrong is not refused here: whoever saves the key refuses it, and notes who tried. None: it was
    refused for another reason.
    """
    beside = problems_with_address(provider, address)
    bad_label = problem_with_label(label) if label else None
    if bad_label is not None:
        beside = {"label": bad_label} | beside
    typed = None if text is None else trim_key(text.open())
    if typed == "" and provider not in REGIONS:
        beside = {"key": "key is empty; paste your provider's key."} | beside
    for field, sentence in beside.items():
        refusals.note(invalid(field, sentence))
    if not refusals or (typed is None and provider in REGIONS):
        return
    problem = problem_with_key(typed or "", provider)
    if problem is not None:
        refusals.note(key_error(malformed(problem, provider)))
