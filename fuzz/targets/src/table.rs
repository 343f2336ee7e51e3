//! Tables of `m2f bake`: every row becomes a line or a fault.

use m2f::reads;

use crate::folder;
use crate::world::well_told;

pub(crate) const WORDS: &[&str] = &[
    "id,sound\n",
    "id;text;emotions\n",
    "{\"id\":\"a\",\"sound\":\"a.wav\"}\n",
    "\"emotions\":[",
    "0=happy; 1.5=sad@0.5",
    "preset",
    "strength",
    "identity",
    "seed",
    "fps",
    "steps",
    "noise_scale",
    "eta",
    "guidance_audio",
    "guidance_style",
    "tail_s",
    "24000/1001",
    "0:2.5,1.5:3",
    "\"",
    "\"\"",
    "@",
    "=",
    ";",
    "\n",
    "\r\n",
    "\t",
    "nan",
    "inf",
    "-1",
    "18446744073709551615",
    "../a",
    "\u{FEFF}",
];

pub(crate) fn run(input: &[u8]) {
    let path = folder::write("lines.csv", input);
    let Some((good, bad)) = well_told(reads::table(&path)) else { return };
    assert!((1..=input.len()).contains(&(good + bad)), "{good} and {bad} rows of {} bytes", input.len());
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let texts = [
        "id,sound,style,strength,seed,fps,tail_s\na,a.wav,happy,0.5,7,60,0.1\n\n\"b\",b.wav,,,auto,24000/1001,\n",
        "\u{feff}id;text;emotions;guidance_audio\r\na;\"Hello; you\";0=happy@0.5;0:2.5,1.5:3\r\n",
        "id\tsound\tpreset\tidentity\na\ta.wav\tcalm\tchie=.6\nb\n",
        "{\"id\":\"a\",\"sound\":\"a.wav\",\"emotions\":[\"0=happy\",\"1.5=sad@0.5\",\"3=-\"],\"seed\":7}\n{\"id\":\"b\",\"text\":\"Hello\",\"eta\":0.5}\n",
        "id,voice\na,b\n",
        "id,sound\na/b,a.wav\na,a.wav\na,b.wav\n",
    ];
    texts.map(|text| text.as_bytes().to_vec()).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_four_seeds_are_tables() {
        for seed in &seeds()[..4] {
            let (good, _) = reads::table(&folder::write("lines.csv", seed)).expect("a table");
            assert!(good > 0);
        }
    }
}
