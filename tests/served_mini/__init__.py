"""Mini on a real compatible server: llama.cpp's Python server with random weights, in an environment of its own."""
