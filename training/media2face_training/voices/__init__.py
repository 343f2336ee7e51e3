"""Voices for the audio encoder beyond M2F-S: 5 to 10 hours of neural speech, song and music; more of the engines; recordings.

`python -m media2face_training.voices --work target/training --hours 8 --seed 1` makes the neural ones, `voices.check` hears
them. `voices.more_speech` and `voices.recordings` are commands of their own.
"""
