"""Training of the media2face starter model, in rooms: data, networks, losses, export and measurement.

At the top is what every room may use (`config`, `vocabulary`, `storage`, `packages`, `stages`, `loop`, `muon`, `modules`,
`manifest`) and what brings the rooms together (`export`, `recipe`). Nothing imports a `train_*` module: those are commands.
training/tests/test_rooms.py says which room may use which.
"""
