"""The head: its asset, ground-truth geometry and pictures, the networks that decode and read it, and their gate."""
