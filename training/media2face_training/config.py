"""Sizes of the starter model, shared by training, export and evaluation."""

FPS = 30
UNITS = 52
MEL_WIDTH, MEL_DILATIONS = 192, (1, 1, 2, 2, 4, 4, 8, 8)
GNPFA = dict(res=64, ch=(16, 32, 96, 160), d_z=48, groups=8, w_dim=256, scale=10.0)  # maps are offsets in mm / scale
VISION = dict(ch=(16, 40, 72, 104), groups=8)  # E_exp and E_pose
VISION_SIDE = 64  # pixels of the pictures that they read
DENOISER = dict(d_x=54, d_a=MEL_WIDTH, d_p=128, d=192, layers=6, heads=4, ff=768, align=1)
LIVE = dict(d_x=54, d_a=MEL_WIDTH, d_p=128, d_s=2, d=128, layers=4, heads=4, ff=512, align=1)  # fast streams
LIVE_WINDOW = 30  # frames
DIFFUSION = dict(T=500, schedule="squaredcos_cap_v2", spacing="trailing", steps=20, eta=0.0, s_A=0.75, s_P=2.5,
                 hop=150, window=200)
EYE_DEGREES = {"in": 24.0, "out": 24.0, "up": 12.0, "down": 20.0}  # what a look weight of 1 turns an eye by
_TOWER = dict(hidden_size=128, intermediate_size=256, num_hidden_layers=4, num_attention_heads=4, layer_norm_eps=1e-5)
CLIP = dict(text=dict(_TOWER, vocab_size=4096, max_position_embeddings=32, eos_token_id=4095),
            vision=dict(_TOWER, image_size=64, patch_size=16), projection_dim=128, normalize=False)
