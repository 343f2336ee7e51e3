"""What people see first: hair, brows, lashes, teeth, clothes and the pictures on them, upon the asset that networks learn.

Nothing here is learned, and no vertex of the skin moves: every new vertex stands on a triangle of the skin or of an eye, and follows
what is decoded there, or the head. Networks are trained on the plain asset (`face.npz`); packs take the dressed one (`head.npz`).
"""
