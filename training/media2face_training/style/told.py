"""What trained towers are held to: the mean codes of labels, and what they said before of prompts and of the dictionary."""

import torch
from torch.nn import functional

from .material import LONGEST_ENTRY, READ, READ_FRAMES
from .towers import CHUNKS

PER_LABEL, KEPT = 24, 120  # prompts behind the mean code of a label; of a batch, held to their codes


class Means:
    """Mean normalised code of prompts of a label, computed when first asked for."""

    def __init__(self, towers, material):
        self.towers, self.material, self.known = towers, material, {}

    @torch.no_grad()
    def __call__(self, labels):
        for label in set(labels) - self.known.keys():
            rows = [self.material.tokenizer(self.material.prompts.of(label)) for _ in range(PER_LABEL)]
            mean = functional.normalize(self.towers.text(rows, CHUNKS)).mean(0)
            self.known[label] = functional.normalize(mean, dim=0)
        return torch.stack([self.known[label] for label in labels])


class Told:
    """What the text tower said before: codes of prompts, and of dictionary entries for the words to learn."""

    def __init__(self, before, heads, material):
        self.before, self.material, self.rng = before, material, material.rng
        self.tokenizer, self.entries = material.tokenizer, material.entries
        meant = self.code([self.tokenizer(entry, LONGEST_ENTRY) for _, entry in self.entries])
        self.meant = functional.normalize(meant)
        with torch.no_grad():
            self.telling = heads(meant)[0].argmax(1).nonzero()[:, 0].tolist()  # entries that name a mood

    @torch.no_grad()
    def code(self, rows):
        return torch.cat([self.before.text(rows[i:i + 512], 8) for i in range(0, len(rows), 512)])

    def draw(self):
        """(ids of prompts, their codes, their labels, ids of words, what their entries mean).

        Half of the prompts name a mood and a movement, as most of a bank of codes do; none is drawn twice, or the tower would
        be held to those it has seen alone.
        """
        texts, labels = self.material.texts()
        some, both = self.rng.sample(range(len(texts)), KEPT // 2), [self.material.prompts.both() for _ in range(KEPT // 2)]
        kept = [texts[i] for i in some] + [self.tokenizer(text) for text, _ in both]
        read = self.rng.choices(self.telling, k=READ * 3 // 4) + self.rng.choices(range(len(self.entries)), k=READ // 4)
        words = [self.tokenizer(self.rng.choice(READ_FRAMES).format(self.entries[i][0])) for i in read]
        return kept, self.code(kept), [labels[i] for i in some] + [label for _, label in both], words, self.meant[read]
