//! What the files of `m2f animate` cost: processor time of the whole command on two seconds of speech, at one thread and at
//! as many as there are. `cargo bench --package m2f --bench files` prints medians.

#[cfg(unix)]
fn main() {
    unix::main();
}

#[cfg(not(unix))]
fn main() {
    println!("the system does not tell what a child process costs");
}

#[cfg(unix)]
mod unix {
    use std::path::Path;
    use std::process::{Command, Stdio};

    use hound::{WavReader, WavWriter};
    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::time::TimeValLike;

    /// Runs of each row; the median is told.
    const RUNS: usize = 9;
    const SECONDS: u32 = 2;

    pub(crate) fn main() {
        let folder = tempfile::tempdir().expect("a folder");
        let sound = folder.path().join("two.wav");
        shortened(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/audio/hello.wav"), &sound);
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        println!("{:<44} {:>10} {:>10}", "ms of processors", "1 thread", format!("{threads} threads"));
        let both = |emit: &str, more: &[&str]| {
            [1, threads].map(|threads| {
                let threads = threads.to_string();
                let mut args = vec!["--threads", &threads];
                args.extend(if emit.is_empty() { vec![] } else { vec!["--emit", emit] });
                args.extend(more);
                median(|| cpu_ms(&sound, folder.path(), &args))
            })
        };
        let row = |name: &str, [one, all]: [f64; 2]| println!("{name:<44} {one:>10.1} {all:>10.1}");
        let csv = both("csv", &[]);
        row("csv: motion and weights", csv);
        row("glb", both("glb", &[]));
        row("html, glb, csv, json: the default", both("", &[]));
        row("png", both("png", &[]));
        let frames = both("frames", &["--size", "512"]);
        let count = f64::from(SECONDS * 30);
        row("a frame of 512 × 512 as PNG", [0, 1].map(|i| (frames[i] - csv[i]) / count));
    }

    fn cpu_ms(sound: &Path, folder: &Path, args: &[&str]) -> f64 {
        let before = children_ms();
        let mut command = Command::new(env!("CARGO_BIN_EXE_m2f"));
        command.arg("animate").arg(sound).arg("--out").arg(folder.join("out")).arg("--quiet").args(args);
        assert!(command.stdout(Stdio::null()).status().expect("m2f runs").success());
        children_ms() - before
    }

    /// Processor time of all children that have ended.
    fn children_ms() -> f64 {
        let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("the system tells");
        (usage.user_time().num_microseconds() + usage.system_time().num_microseconds()) as f64 / 1e3
    }

    fn median(mut run: impl FnMut() -> f64) -> f64 {
        let mut times: Vec<f64> = (0..RUNS).map(|_| run()).collect();
        times.sort_by(f64::total_cmp);
        times[RUNS / 2]
    }

    fn shortened(from: &Path, to: &Path) {
        let mut whole = WavReader::open(from).expect("the sample");
        let (spec, count) = (whole.spec(), SECONDS * whole.spec().sample_rate);
        let mut part = WavWriter::create(to, spec).expect("a file");
        whole.samples::<i16>().take(count as usize).for_each(|sample| {
            part.write_sample(sample.expect("a sample")).expect("written");
        });
        part.finalize().expect("written");
    }
}
