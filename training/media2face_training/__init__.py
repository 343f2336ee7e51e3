"""Training of the media2face starter model: data, networks, losses, export and measurement."""
