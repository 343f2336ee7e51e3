// Written by `cargo xtask shaders`.
[
    ("hazard.packed", include_bytes!("hazard.packed.spv")),
]
