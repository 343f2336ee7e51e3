//! Scripts of `m2f scene` with what lies beside them: a sound, a mesh, a picture, the tiny pack. What the check lets pass has
//! times, names and sounds that can be.

use std::sync::Once;

use m2f::reads;

use crate::world::{tiny_pack, well_told};
use crate::{folder, picture, sound};

pub(crate) const WORDS: &[&str] = &[
    "[scene]\n",
    "[[character]]\n",
    "[[line]]\n",
    "name = \"a\"\n",
    "audio = \"a.wav\"\n",
    "character = \"a\"\n",
    "styles = [",
    "keyframes = [",
    "start_s = ",
    "end_s = ",
    "pause_s = ",
    "look_at = ",
    "mesh = \"face.obj\"\n",
    "picture = \"p.png\"",
    "nan",
    "inf",
    "-inf",
    "1e300",
    "-1",
    "0",
    "1",
    "[0, 0, 0]",
    "{",
    "}",
    "text = \"sad\"",
    "weights = ",
    "head = ",
    "fps = \"30000/1001\"\n",
    "drop_frame = true\n",
    "adjustments = ",
    "identity = ",
    "facing_deg = ",
    "position_m = ",
    "seed = ",
    "tail_s = ",
    "lead_s = ",
    "/dev/null",
    "..",
    "\"",
];

const FACE: &str = "v -90 -110 40\nv 90 -110 40\nv 90 110 40\nvt 0.4 0.4\nvt 0.6 0.4\nvt 0.6 0.6\nf 1/1 2/2 3/3\n";

thread_local! {
    static BESIDE: Once = const { Once::new() };
}

pub(crate) fn run(input: &[u8]) {
    BESIDE.with(|beside| {
        beside.call_once(|| {
            folder::write("a.wav", &sound::voice());
            folder::write("p.png", &picture::png(16, 16));
            folder::write("face.obj", FACE.as_bytes());
            folder::write("tiny.m2f", tiny_pack());
        });
    });
    let path = folder::write("scene.toml", input);
    if let Some(scene) = well_told(reads::scene(&path, &path.with_file_name("tiny.m2f"))) {
        check(&scene);
    }
}

fn check(scene: &reads::Scene) {
    for character in &scene.characters {
        assert!(!character.name.is_empty() && !character.name.contains(['/', '.', '\\']), "{:?}", character.name);
        assert!(character.samples.iter().all(|sample| sample.is_finite()), "{}: a sample is no number", character.name);
    }
    for line in &scene.lines {
        assert!(line.start_s.is_finite() && line.start_s >= 0.0, "a line at {}", line.start_s);
    }
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let small = "[[character]]\nname = \"a\"\nposition_m = [0, 0, 0]\nfacing_deg = 0\n[[line]]\ncharacter = \"a\"\naudio = \"a.wav\"\n";
    let whole = "[scene]\nseed = 4\npause_s = 0.25\nlead_s = 0.5\ntail_s = 0.1\nfps = \"30000/1001\"\ndrop_frame = true\nsteps = 2\n\
        [[character]]\nname = \"ann\"\nposition_m = [-0.21, 0, 0]\nfacing_deg = 55\nadjustments = { blinks_per_minute = 10 }\n\
        styles = [{ text = \"happy\" }]\n[[character]]\nname = \"ben\"\nmesh = \"face.obj\"\nposition_m = [0.2, 0, 0]\n\
        [[line]]\ncharacter = \"ann\"\naudio = \"a.wav\"\nlook_at = \"ben\"\nstyles = [{ text = \"sad\", end_s = 0.1, ramp_s = 0.4 }]\n\
        [[line]]\ncharacter = \"ben\"\naudio = \"a.wav\"\nstart_s = 1.5\nlook_at = [0.5, 0.15, 0.6]\nstyles = [{ picture = \"p.png\" }]\n\
        keyframes = [{ start_s = 0.02, end_s = 0.05, head = { pitch_deg = 12, yaw_deg = -8 }, hold = 0.8 },\n\
        { start_s = 0.05, weights = { jawOpen = 1 } }]\n";
    let faulty = "[scene]\nfps = 0\n[[character]]\nname = \"scene\"\nidentity = \"nobody\"\n[[line]]\ncharacter = \"x\"\naudio = \"none.wav\"\n";
    [small, whole, faulty, ""].map(|text| text.as_bytes().to_vec()).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_two_seeds_are_scenes() {
        for seed in &seeds()[..2] {
            run(seed);
            let path = folder::write("scene.toml", seed);
            reads::scene(&path, &path.with_file_name("tiny.m2f")).expect("a scene");
        }
    }
}
