//! ffmpeg as a separate process, where it is on the PATH: films to pictures and sound, pictures and sound to films.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufReader, Chain, Cursor, ErrorKind, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use media2face::limits::{MAX_PICTURE_PIXELS, MAX_PICTURE_SIDE};
use media2face::picture::Picture;
use media2face::signal::FrameRate;

use crate::process::{interrupt, messages};

/// Rate of a clip's sound, Hz.
pub const SOUND_RATE_HZ: u32 = 16_000;

/// Sound that every browser plays.
const SOUND_CODEC: [&str; 6] = ["-c:a", "aac", "-b:a", "128k", "-ac", "2"];
/// Plays while it is loaded, and says nothing of where it comes from.
const MP4: [&str; 7] = ["-movflags", "+faststart", "-map_metadata", "-1", "-f", "mp4", "-y"];

/// A running ffmpeg; dropped, it is ended.
struct Process {
    child: Child,
    /// What it says.
    messages: File,
}

impl Process {
    fn start(command: &mut Command, stdin: Stdio, stdout: Stdio) -> Result<Self> {
        let messages = tempfile::tempfile().context("cannot make a temporary file")?;
        let stderr = messages.try_clone().context("cannot make a temporary file")?;
        match command.stdin(stdin).stdout(stdout).stderr(stderr).spawn() {
            Ok(child) => Ok(Self { child, messages }),
            Err(error) if error.kind() == ErrorKind::NotFound => bail!(
                "ffmpeg is not on the PATH; it comes with apt install ffmpeg, brew install ffmpeg or winget install ffmpeg"
            ),
            Err(error) => Err(error).context("cannot start ffmpeg"),
        }
    }

    /// Waits for the end; an error is what it said.
    fn finish(mut self, what: &str) -> Result<()> {
        let status = self.child.wait().context("cannot wait for ffmpeg")?;
        if status.success() {
            return Ok(());
        }
        bail!("ffmpeg {what}: {}", self.said())
    }

    /// Its messages in one line that is not too long.
    fn said(&mut self) -> String {
        messages::read(&mut self.messages)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail for a process that has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn ffmpeg() -> Command {
    let mut command = Command::new("ffmpeg");
    command.args(["-hide_banner", "-loglevel", "error"]);
    command
}

/// A file's name that is never taken for an option or an address.
fn file(path: &Path) -> OsString {
    let mut name = OsString::from("file:");
    name.push(path);
    name
}

/// The frames of a film, one after the other.
pub struct FilmReader {
    process: Option<Process>,
    out: BufReader<ChildStdout>,
    what: String,
}

impl FilmReader {
    /// `fps` frames of every second.
    pub fn open(film: &Path, fps: FrameRate) -> Result<Self> {
        let mut command = ffmpeg();
        command.arg("-nostdin").arg("-i").arg(file(film)).args(["-map", "0:v:0", "-vf", &format!("fps={fps}")]);
        command.args(["-f", "image2pipe", "-c:v", "ppm", "-"]);
        let mut process = Process::start(&mut command, Stdio::null(), Stdio::piped())?;
        let out = BufReader::with_capacity(1 << 20, process.child.stdout.take().expect("it is piped"));
        Ok(Self { process: Some(process), out, what: format!("cannot read {}", film.display()) })
    }

    /// The next frame, as a portable pixmap: `P6 width height 255`, then the pixels.
    fn read(&mut self) -> Result<Option<Picture>> {
        let mut magic = [0; 2];
        if self.out.read(&mut magic[..1])? == 0 {
            return Ok(None);
        }
        self.out.read_exact(&mut magic[1..])?;
        ensure!(magic == *b"P6", "ffmpeg gave no picture");
        let [width, height, depth] = [self.number()?, self.number()?, self.number()?];
        let (side, pixels) = (width.max(height), u64::from(width) * u64::from(height));
        ensure!(pixels > 0 && depth == 255, "ffmpeg gave no picture");
        ensure!(side <= MAX_PICTURE_SIDE && pixels <= MAX_PICTURE_PIXELS, "frames of {width}×{height} are too large");
        let mut rgb = vec![0; pixels as usize * 3];
        self.out.read_exact(&mut rgb)?;
        Ok(Some(Picture::new(width as usize, height as usize, rgb)))
    }

    /// A number and the one blank behind it.
    fn number(&mut self) -> Result<u32> {
        let mut number = 0u32;
        let mut digits = 0;
        loop {
            let mut byte = [0];
            self.out.read_exact(&mut byte)?;
            match byte[0] {
                digit @ b'0'..=b'9' if digits < 6 => {
                    number = number * 10 + u32::from(digit - b'0');
                    digits += 1;
                }
                blank if blank.is_ascii_whitespace() => {
                    if digits > 0 {
                        return Ok(number);
                    }
                }
                _ => bail!("ffmpeg gave no picture"),
            }
        }
    }
}

impl Iterator for FilmReader {
    type Item = Result<Picture>;

    fn next(&mut self) -> Option<Self::Item> {
        self.process.as_ref()?;
        let read = self.read();
        if let Ok(Some(picture)) = read {
            return Some(Ok(picture));
        }
        // A frame that is cut comes from a process that failed, whose reason is the better one.
        if let Err(interrupted) = interrupt::check() {
            return Some(Err(interrupted.into()));
        }
        let ended = self.process.take().expect("looked at above").finish(&self.what);
        match (ended, read) {
            (Err(error), _) => Some(Err(error)),
            (Ok(()), Err(error)) => Some(Err(error.context(self.what.clone()))),
            (Ok(()), Ok(_)) => None,
        }
    }
}

/// The first sound of a film as a WAV file that flows; none where it has none.
pub fn sound(film: &Path) -> Result<Option<FilmSound>> {
    let mut command = ffmpeg();
    command.arg("-nostdin").arg("-i").arg(file(film)).args(["-map", "0:a:0?", "-c:a", "pcm_f32le", "-f", "wav", "-"]);
    let mut process = Process::start(&mut command, Stdio::null(), Stdio::piped())?;
    let mut out = process.child.stdout.take().expect("it is piped");
    let mut first = vec![0];
    if out.read(&mut first)? == 0 {
        let failed = !process.child.wait().context("cannot wait for ffmpeg")?.success();
        if failed && process.said().contains("does not contain any stream") {
            return Ok(None);
        }
        first.clear();
    }
    let what = format!("cannot read the sound of {}", film.display());
    Ok(Some(FilmSound { process: Some(process), out: Cursor::new(first).chain(out), what }))
}

/// What ffmpeg gives of a film's sound; where it fails, the end is an error.
pub struct FilmSound {
    /// Until its end.
    process: Option<Process>,
    out: Chain<Cursor<Vec<u8>>, ChildStdout>,
    what: String,
}

impl Read for FilmSound {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.out.read(buffer)?;
        if count == 0
            && !buffer.is_empty()
            && let Some(process) = self.process.take()
        {
            process.finish(&self.what).map_err(|error| io::Error::other(error.to_string()))?;
        }
        Ok(count)
    }
}

/// Writes the sound of a WAV file alone, as films have it.
pub fn write_sound(sound: &Path, out: &Path) -> Result<()> {
    let mut command = ffmpeg();
    command.arg("-nostdin").arg("-i").arg(file(sound)).args(["-map", "0:a"]).args(SOUND_CODEC).args(MP4).arg(file(out));
    Process::start(&mut command, Stdio::null(), Stdio::null())?.finish("cannot write the sound")
}

/// A film that is being written.
pub struct FilmWriter {
    process: Process,
    /// Closed before its end is waited for.
    pictures: Option<ChildStdin>,
}

impl FilmWriter {
    /// An MP4 film of pictures of this width and height, both even, with the sound of a WAV file or without any.
    pub fn create(film: &Path, sound: Option<&Path>, [width, height]: [usize; 2], fps: FrameRate) -> Result<Self> {
        let size = format!("{width}x{height}");
        let mut command = ffmpeg();
        command.args(["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", &size, "-r", &fps.to_string(), "-i", "pipe:0"]);
        if let Some(sound) = sound {
            command.arg("-i").arg(file(sound)).args(["-map", "0:v", "-map", "1:a"]).args(SOUND_CODEC);
        }
        command.arg("-c:v").args(video_codec()?).args(["-pix_fmt", "yuv420p"]).args(MP4).arg(file(film));
        let mut process = Process::start(&mut command, Stdio::piped(), Stdio::null())?;
        let pictures = process.child.stdin.take();
        Ok(Self { process, pictures })
    }

    /// The next picture, `height × width × 3`.
    pub fn write(&mut self, rgb: &[u8]) -> Result<()> {
        let pipe = self.pictures.as_mut().expect("open until the end");
        if pipe.write_all(rgb).is_err() {
            // The pipe breaks when ffmpeg ends early; it says why.
            self.pictures = None;
            interrupt::check()?;
            // Its messages are whole when it has ended.
            let _ = self.process.child.wait();
            bail!("ffmpeg cannot write the film: {}", self.process.said());
        }
        Ok(())
    }

    /// Ends the film.
    pub fn finish(mut self) -> Result<()> {
        self.pictures = None;
        self.process.finish("cannot write the film")
    }
}

/// An error where no films can be written: without ffmpeg, or with one that knows no fitting format.
pub fn check_films() -> Result<()> {
    video_codec().map(drop)
}

/// As [`check_films`]; also an error where browsers would not play them.
pub fn check_browser_films() -> Result<()> {
    ensure!(video_codec()?[0] != "mpeg4", "this ffmpeg has no encoder for H.264, which browsers play");
    Ok(())
}

/// H.264 where this ffmpeg has it, which every browser plays; else MPEG-4.
fn video_codec() -> Result<&'static [&'static str]> {
    let mut process = Process::start(ffmpeg().arg("-encoders"), Stdio::null(), Stdio::piped())?;
    let mut list = String::new();
    process.child.stdout.take().expect("it is piped").read_to_string(&mut list).context("cannot ask ffmpeg")?;
    process.finish("cannot list its encoders")?;
    let has = |name: &str| list.lines().any(|line| line.split_whitespace().nth(1) == Some(name));
    let known: [&[&str]; 3] =
        [&["libx264", "-preset", "medium", "-crf", "18"], &["libopenh264", "-b:v", "2M"], &["mpeg4", "-q:v", "3"]];
    known.into_iter().find(|codec| has(codec[0])).context("this ffmpeg has no encoder for H.264 or MPEG-4")
}
