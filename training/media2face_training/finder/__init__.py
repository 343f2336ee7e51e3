"""The face finder: MediaPipe's face detector and face mesh as a model pack."""
