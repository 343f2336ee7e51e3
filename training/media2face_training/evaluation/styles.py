"""Are the styles read back? Every emotion is asked for by its name over the same sounds, a classifier names it."""

import numpy as np


def accuracy(runtime, classifier, clips, names, adverb="very ", **options):
    """(share of takes read back [emotions], confusion [emotions, emotions]).

    Every clip is spoken in all of them, one take each.
    """
    confusion = np.zeros((len(names), len(names)), int)
    for seed, clip in enumerate(clips):
        for k, name in enumerate(names):
            style = name if name == "neutral" else adverb + name
            motion = runtime.animate(clip.audio, offsets=False, seed=seed, style=style, **options)
            emotion, _ = classifier.read(motion.weights, motion.pose)
            confusion[k, names.index(emotion)] += 1
    return confusion.diagonal() / confusion.sum(1), confusion
