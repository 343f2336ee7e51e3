"""The finished stages that a pack holds, as files in a work folder, so that work goes on from them without a run of their scripts.

    python -m media2face_training.unpack models/starter.m2f --work target/training

Writes mappings, face and vision, bit for bit as their scripts left them: both keep matrices as f16. Where a denoiser is asked for a pack
may be given itself. What is not in the pack, or more than it holds of it, is in models/stages.
"""

import argparse
import json
from pathlib import Path

from safetensors import safe_open

from .config import GNPFA, VISION
from .face.networks import OUTPUTS
from .stages import save_stage

# Stage: {module: prefix of its tensors in a pack}.
STAGES = {
    "mappings": {"from_weights": "gnpfa.from_weights", "to_weights": "gnpfa.to_weights"},
    "face": {"generator": "gnpfa.generator", "encoder": "gnpfa.encoder"},
    "vision": {"expression": "gnpfa.expression_encoder", "pose": "gnpfa.pose_encoder"},
}


def configuration(stage, manifest):
    """What a stage's script would say of it."""
    if stage == "mappings":
        return dict(d_z=manifest["gnpfa"]["d_z"], units=len(manifest["blendshapes"]["names"]))
    return dict(GNPFA) if stage == "face" else dict(VISION, outputs=OUTPUTS)


def unpack(pack, work):
    """Writes the stages; -> their names."""
    work = Path(work)
    work.mkdir(parents=True, exist_ok=True)
    with safe_open(pack, "pt") as file:
        manifest = json.loads(file.metadata()["media2face"])
        tensors = {name: file.get_tensor(name) for name in file.keys()}
    for stage, prefixes in STAGES.items():
        modules = {}
        for module, prefix in prefixes.items():
            modules[module] = {name[len(prefix) + 1 :]: tensor for name, tensor in tensors.items() if name.startswith(prefix + ".")}
        save_stage(work / f"{stage}.safetensors", modules, configuration(stage, manifest))
    return list(STAGES)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pack", type=Path)
    parser.add_argument("--work", default="target/training")
    options = parser.parse_args()
    print(f"{', '.join(unpack(options.pack, options.work))} in {options.work}")


if __name__ == "__main__":
    main()
