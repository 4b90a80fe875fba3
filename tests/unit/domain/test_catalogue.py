"""The catalogue is data: what the file says is what the product offers."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from shared.domain.catalogue import MINI, RETIREMENT_WARNING, load_catalogue, parse_catalogue
from shared.domain.plans import Plan

ENTRY = """
[[models]]
id = "new-model"
provider = "openai"
wire_id = "new-model-2027"
name = "New Model"
plan = "pro"
context_tokens = 1000
output_tokens = 100
retires_on = 2030-06-30
successor = "newer-model"
"""


def test_each_plan_opens_exactly_the_models_of_the_product_page() -> None:
    catalogue = load_catalogue()

    opened = {plan: {model.id for model in catalogue.allowed(plan)} for plan in Plan}

    assert opened == {
        Plan.FREE: {MINI},
        Plan.PRO: {MINI, "claude-haiku-4-5", "gpt-5-mini"},
        Plan.SCALE: {MINI, "claude-haiku-4-5", "gpt-5-mini", "claude-sonnet-4-6", "gpt-5"},
    }


def test_a_model_outside_the_catalogue_is_not_found() -> None:
    assert load_catalogue().find("gpt-4o") is None


def test_only_mini_runs_without_a_key() -> None:
    assert [model.id for model in load_catalogue().models.values() if not model.needs_key] == [MINI]


def test_a_new_model_is_a_new_entry_and_no_code() -> None:
    model = parse_catalogue(ENTRY).find("new-model")

    assert model is not None
    assert (model.wire_id, model.plan, model.needs_key) == ("new-model-2027", Plan.PRO, True)


def test_an_entry_with_a_misspelt_field_is_refused() -> None:
    with pytest.raises(TypeError, match="contxt_tokens"):
        parse_catalogue(ENTRY.replace("context_tokens", "contxt_tokens"))


def test_retirement_is_announced_from_sixty_days_before_and_names_the_successor() -> None:
    model = parse_catalogue(ENTRY).models["new-model"]
    first_day = date(2030, 6, 30) - RETIREMENT_WARNING

    assert model.retirement_warning(first_day - timedelta(days=1)) is None
    warning = model.retirement_warning(first_day)
    assert warning is not None
    assert "30 Jun 2030" in warning
    assert "newer-model" in warning


def test_the_prompt_budget_keeps_room_for_the_answer_and_the_provider_cap() -> None:
    gpt = load_catalogue().models["gpt-5"]
    haiku = load_catalogue().models["claude-haiku-4-5"]

    assert gpt.prompt_budget_tokens(4_096) == 272_000
    assert haiku.prompt_budget_tokens(4_096) == 195_904
