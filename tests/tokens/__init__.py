"""What the estimate of tokens is worth, measured against a tokenizer that OpenAI's models use."""
