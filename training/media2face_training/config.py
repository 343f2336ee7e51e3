"""Sizes of the starter model, shared by training, export and evaluation."""

FPS = 30
UNITS = 52
MEL_WIDTH, MEL_DILATIONS = 128, (1, 1, 2, 2, 4, 4)
GNPFA = dict(res=64, ch=(16, 32, 96, 160), d_z=48, groups=8, w_dim=256, scale=10.0)  # maps are offsets in mm / scale
VISION = dict(ch=(16, 40, 72, 104), groups=8)  # E_exp and E_pose, on 64 x 64 pixels
DENOISER = dict(d_x=54, d_a=128, d_p=16, d=160, layers=6, heads=4, ff=640, align=1)
DIFFUSION = dict(T=500, schedule="squaredcos_cap_v2", spacing="trailing", steps=20, eta=0.0, s_A=1.5, s_P=1.5,
                 hop=150, window=200)
