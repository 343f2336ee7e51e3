"""The style encoder: a small CLIP that knows words, emoji and faces of ten emotions and seven head styles."""
