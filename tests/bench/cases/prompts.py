"""Long prompts: whole replies to questions of 20 and 200 KB."""

from __future__ import annotations

from tests.bench.cases.case import Case, Scene
from tests.bench.cases.whole import measure_whole
from tests.bench.figures import Figure

CLIENTS = 16
SENTENCE = "The shop on the corner opens at nine in the morning. "


def prompt_case(kilobytes: int) -> Case:
    """Return the case of prompts of this length."""

    async def measure(scene: Scene) -> list[Figure]:
        door = await scene.system.door()
        question = (SENTENCE * (kilobytes * 1000 // len(SENTENCE) + 1))[: kilobytes * 1000]
        return await measure_whole(scene, [door.request(question)], CLIENTS)

    return Case("prompts", f"prompts of {kilobytes} KB, {CLIENTS} clients", measure)


PROMPTS = tuple(prompt_case(kilobytes) for kilobytes in (20, 200))
