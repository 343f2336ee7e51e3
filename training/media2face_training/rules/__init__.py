"""The rule system that turns phones into movement: mouth, lids, eyes, brows, head; emotions and head styles on top."""
