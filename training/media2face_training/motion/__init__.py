"""The denoiser: windows of motion and features, the diffusion, its training, its reduction to few steps."""
