"""Neural voices: 5 to 10 hours of speech, song and music for the audio encoder, beside what M2F-S and `more_speech` say.

`python -m media2face_training.voices --work target/training --hours 8 --seed 1` makes them; `voices.check` hears them.
"""
