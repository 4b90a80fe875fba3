"""The `llm` command talks to a bot, configured by its `extra-openai-models.yaml` as its manual says."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.clients.programs.saying import APOLOGY, BROKEN_TOKEN, POOR_TOKEN, TOKEN, URL, WRONG_TOKEN, run_cases

FOLDER = Path(tempfile.mkdtemp(prefix="llm-"))
MODELS = f"""
- model_id: bot
  model_name: default
  api_base: {URL}
  api_key_name: bot
- model_id: nobody
  model_name: gpt-2
  api_base: {URL}
  api_key_name: bot
"""


def llm(*words: str, key: str = TOKEN) -> str:
    """Run the command; return what it printed, or its last words when it failed."""
    done = subprocess.run(
        [str(Path(sys.executable).with_name("llm")), *words, "--key", key],
        env=os.environ | {"LLM_USER_PATH": str(FOLDER)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.stdout.strip() if done.returncode == 0 else f"exit {done.returncode}: {done.stderr.strip()}"


def refused(*words: str, key: str = TOKEN) -> str:
    """Return the exit code and the status that the command shows."""
    said = llm(*words, key=key)
    status = next((word for word in ("401", "404", "422", "429") if f"Error code: {word}" in said), None)
    return f"{said.split(':')[0]}, Error code: {status}" if status else said


def history() -> bool:
    first = llm("-m", "bot", "-s", "Be brief.", "Hello there")
    return "Hello there" in first and "again" in llm("-m", "bot", "-c", "Hello again")


def parameters() -> bool:
    return "Hello there" in llm("-m", "bot", "-o", "temperature", "0.5", "-o", "max_tokens", "200", "Hello there")


CASES = {
    "whole": lambda: "Hello there" in llm("-m", "bot", "--no-stream", "Hello there"),
    "stream": lambda: "Hello there" in llm("-m", "bot", "Hello there"),
    "history": history,
    "parameters": parameters,
    "failed_turn": lambda: llm("-m", "bot", "Hello", key=BROKEN_TOKEN) == APOLOGY,
    "wrong_token": lambda: refused("-m", "bot", "Hello", key=WRONG_TOKEN),
    "unknown_model": lambda: refused("-m", "nobody", "Hello"),
    "no_quota": lambda: refused("-m", "bot", "Hello", key=POOR_TOKEN),
}

if __name__ == "__main__":
    (FOLDER / "extra-openai-models.yaml").write_text(MODELS, encoding="utf-8")
    run_cases(CASES)
