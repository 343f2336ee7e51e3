"""M2F-S, the synthetic data set: speech with phone times, and a face that moves to it by stochastic rules.

`python -m media2face_training.dataset --hours 10 --seed 1 --out DIR --jobs 2` makes it.
"""
