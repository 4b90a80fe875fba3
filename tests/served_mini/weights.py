"""Writes a model of a few thousand random weights and a vocabulary of a few words, for llama.cpp: a file of GGUF.

Runs in the environment that `install.py` makes: `python weights.py FILE`. Its answers mean nothing; they are words, with
ends, in a protocol that is real.
"""

from __future__ import annotations

import sys
from pathlib import Path

import gguf
import numpy as np

SEED = 7
WIDTH, HEADS, LAYERS, INNER, CONTEXT = 32, 2, 2, 64, 512
WORDS = [
    "lamp",
    "shop",
    "open",
    "closed",
    "day",
    "week",
    "price",
    "five",
    "ten",
    "the",
    "a",
    "is",
    "and",
    "of",
    "at",
    "in",
    "mini",
    "answer",
    "key",
    "plan",
]
UNKNOWN, BEGIN, END = "<unk>", "<s>", "</s>"
SPREAD = 0.05
"""Small beside what leans to words, so that no layer turns it around."""
TO_WORDS = 6.0
"""How strongly the output leans to whole words: else the answers are mostly broken bytes."""
TEMPLATE = "{% for message in messages %}{{ message['role'] + ' ' + message['content'] + ' ' }}{% endfor %}"


def vocabulary() -> tuple[list[str], list[int]]:
    """Return the tokens and their kinds: three marks, all bytes, some words."""
    kind = gguf.TokenType
    tokens = [UNKNOWN, BEGIN, END] + [f"<0x{byte:02X}>" for byte in range(256)] + [f"\u2581{word}" for word in WORDS]
    kinds = [kind.UNKNOWN, kind.CONTROL, kind.CONTROL] + [kind.BYTE] * 256 + [kind.NORMAL] * len(WORDS)
    return tokens, [int(each) for each in kinds]


def write_model(path: Path) -> None:
    """Write the model."""
    tokens, kinds = vocabulary()
    writer = gguf.GGUFWriter(path, "llama")
    _describe(writer, tokens, kinds)
    random = np.random.default_rng(SEED)

    def add(name: str, *shape: int) -> None:
        writer.add_tensor(name, random.normal(0, SPREAD, shape).astype(np.float32))

    def ones(name: str) -> None:
        writer.add_tensor(name, np.ones(WIDTH, np.float32))

    leaning = random.normal(0, 0.3, (len(tokens), WIDTH)).astype(np.float32)
    leaning[:, 0] = TO_WORDS
    writer.add_tensor("token_embd.weight", leaning)
    for at in range(LAYERS):
        for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
            add(f"blk.{at}.{part}.weight", WIDTH, WIDTH)
        add(f"blk.{at}.ffn_gate.weight", INNER, WIDTH)
        add(f"blk.{at}.ffn_up.weight", INNER, WIDTH)
        add(f"blk.{at}.ffn_down.weight", WIDTH, INNER)
        ones(f"blk.{at}.attn_norm.weight")
        ones(f"blk.{at}.ffn_norm.weight")
    ones("output_norm.weight")
    output = random.normal(0, 0.3, (len(tokens), WIDTH)).astype(np.float32)
    output[:, 0] = [TO_WORDS if kind == gguf.TokenType.NORMAL else -TO_WORDS for kind in kinds]
    output[tokens.index(END), 0] = TO_WORDS / 2
    writer.add_tensor("output.weight", output)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _describe(writer: gguf.GGUFWriter, tokens: list[str], kinds: list[int]) -> None:
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores([0.0] * len(tokens))
    writer.add_token_types(kinds)
    writer.add_unk_token_id(tokens.index(UNKNOWN))
    writer.add_bos_token_id(tokens.index(BEGIN))
    writer.add_eos_token_id(tokens.index(END))
    writer.add_chat_template(TEMPLATE)


if __name__ == "__main__":
    write_model(Path(sys.argv[1]))
