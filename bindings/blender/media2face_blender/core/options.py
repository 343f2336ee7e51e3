"""What is asked of the library."""

from fractions import Fraction


class Options:
    """style: words or an emoji, empty for the pack's own way. seed: below 0 for one that follows from the sound. identity: empty for
    the pack's first. pack: a path, empty for the starter. rate: frames per second. tail_s: silence behind the sound in which the face
    comes to rest. head_smoothing_s: standard deviation of the smoothing of the head."""

    def __init__(self, rate=30, style="", strength=1.0, seed=-1, identity="", pack="", tail_s=0.3, head_smoothing_s=0.04):
        self.rate = Fraction(rate)
        self.style = style.strip()
        self.strength = strength
        self.seed = seed
        self.identity = identity.strip()
        self.pack = pack
        self.tail_s = tail_s
        self.head_smoothing_s = head_smoothing_s
