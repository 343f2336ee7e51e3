"""Speech and the ear that hears it: phones, engines, log-mels, the audio encoder, its teacher and its gate."""
