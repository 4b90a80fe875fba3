"""The catalogue is data: what the file says is what the product offers."""

from __future__ import annotations

import re
from datetime import date, timedelta
from importlib import resources
from pathlib import Path

import pytest

from shared.domain.catalogue import MINI, RETIREMENT_WARNING, CatalogueError, load_catalogue, parse_catalogue
from shared.domain.parameter_rules import ParameterRule
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


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (ENTRY.replace("context_tokens", "contxt_tokens"), "new-model: contxt_tokens"),
        (ENTRY.replace('plan = "pro"', 'plan = "gold"'), "new-model: plan"),
        (ENTRY.replace('provider = "openai"', 'provider = "google"'), "new-model: provider"),
        (ENTRY.replace("output_tokens = 100", "output_tokens = 0"), "new-model: output_tokens"),
        (ENTRY.replace('name = "New Model"', ""), "new-model: name"),
        (ENTRY + 'rules = "nobodys"', "new-model: rules"),
        (ENTRY + "parameters = { seed = { clmp = true } }", "new-model: parameters.seed.clmp"),
        (ENTRY + 'parameters = { seed = "passes" }', "new-model: parameters.seed"),
        (ENTRY + "parameters = 5", "new-model: parameters"),
        ("models = 5", "models"),
        ("[modles]", "modles"),
        ("models", "no TOML"),
    ],
)
def test_an_entry_that_no_catalogue_can_hold_is_refused_with_its_place(text: str, word: str) -> None:
    with pytest.raises(CatalogueError, match=re.escape(word)):
        parse_catalogue(text)


def test_the_installations_own_file_adds_models_and_replaces_those_of_the_same_id(tmp_path: Path) -> None:
    file = tmp_path / "catalogue.toml"
    file.write_text(ENTRY + ENTRY.replace('"new-model"', '"gpt-5"').replace("new-model-2027", "gpt-5-pinned"))

    catalogue = load_catalogue(file)

    assert list(catalogue.models) == [*load_catalogue().models, "new-model"]
    assert catalogue.models["gpt-5"].wire_id == "gpt-5-pinned"


def test_an_own_model_takes_a_shipped_set_of_rules_and_changes_single_ones() -> None:
    file = resources.files("shared.domain").joinpath("catalogue.toml").read_text(encoding="utf-8")
    own = ENTRY + 'rules = "gpt-5"\nparameters = { temperature = "pass" }'

    rules = parse_catalogue(file, own).models["new-model"].parameters

    assert rules["temperature"] == ParameterRule()
    assert rules["max_tokens"] == ParameterRule(clamp=True, to="max_completion_tokens")
    assert rules["tools"].refuse


def test_the_examples_of_the_page_are_catalogues() -> None:
    shipped = resources.files("shared.domain").joinpath("catalogue.toml").read_text(encoding="utf-8")
    page = (Path(__file__).parents[3] / "docs" / "models.md").read_text(encoding="utf-8")
    examples = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)

    first, *_ = [parse_catalogue(shipped, example) for example in examples]

    assert list(first.models)[-1] == "gpt-6.1-terra"


def test_a_file_that_cannot_be_read_is_named_with_its_setting(tmp_path: Path) -> None:
    (tmp_path / "broken.toml").write_bytes(b"\xff")
    for name in ("missing.toml", "broken.toml"):
        with pytest.raises(CatalogueError, match=f"MEVICHAT_CATALOGUE_FILE: .*{name}"):
            load_catalogue(tmp_path / name)


def test_only_the_day_and_the_announcement_tell_that_a_model_is_retiring() -> None:
    model = parse_catalogue(ENTRY).models["new-model"]
    first_day = date(2030, 6, 30) - RETIREMENT_WARNING

    assert not model.is_retiring(first_day - timedelta(days=1))
    assert model.is_retiring(first_day)
    assert model.is_retiring(date(2031, 1, 1))
    assert not parse_catalogue(ENTRY.replace("retires_on = 2030-06-30", "")).models["new-model"].is_retiring(first_day)


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
