//! Picture files of at most 100 kB that ask for as much as they can: headers whose pixels are not there, pixels that cost
//! next to no bytes, work without end. Made here, byte by byte.

/// Most bytes of a file.
pub(crate) const MOST_BYTES: usize = 100_000;

/// Name and bytes of each.
pub(crate) fn files() -> Vec<(&'static str, Vec<u8>)> {
    let (grey, full, cmyk) = (&[0x11][..], &[0x11; 3][..], &[0x11; 4][..]);
    let jpeg = |marker, sides, factors: &[u8]| Jpeg::of(marker, sides, factors);
    let solid = |marker, sides, factors: &[u8]| jpeg(marker, sides, factors).solid().end();
    let rest = |passes: usize| {
        let mut file = jpeg(PROGRESSIVE, [2048, 2048], cmyk).solid();
        (0..passes).for_each(|i| file = std::mem::take(&mut file).scan(&[i as u8 % 4], [1, 63, 0x10], &[0; 8]));
        file.end()
    };
    let mut short = jpeg(BASELINE, [8192, 8192], full).scan(&[0, 1, 2], [0, 63, 0], &[]).end();
    short.resize(966, 0);
    short.extend([0xff, 0xd9]);
    let mut short_progressive = jpeg(PROGRESSIVE, [8192, 8192], full).scan(&[0, 1, 2], [0, 0, 0], &[]).end();
    short_progressive.resize(966, 0);
    short_progressive.extend([0xff, 0xd9]);

    let files = vec![
        ("jpeg, 64 Mpx in 968 bytes", short),
        ("jpeg, 64 Mpx in 968 bytes, progressive", short_progressive),
        ("jpeg, 4 Mpx in 5 kB", jpeg(BASELINE, [2048, 2048], full).scan(&[0, 1, 2], [0, 63, 0], &[0; 4096]).end()),
        ("jpeg, solid", solid(BASELINE, [2048, 2048], full)),
        ("jpeg, solid, grey", solid(BASELINE, [2048, 2048], grey)),
        ("jpeg, solid, four colours", solid(BASELINE, [2048, 2048], cmyk)),
        ("jpeg, solid, 4:2:0", solid(BASELINE, [2048, 2048], &[0x22, 0x11, 0x11])),
        ("jpeg, solid, 4:2:0, flat", solid(BASELINE, [16_384, 256], &[0x22, 0x11, 0x11])),
        ("jpeg, solid, sampled 4 × 4", solid(BASELINE, [2048, 2048], &[0x44, 0x11, 0x11])),
        ("jpeg, solid, colours finer than grey", solid(BASELINE, [2048, 2048], &[0x11, 0x44, 0x11])),
        ("jpeg, solid, turned", jpeg(BASELINE, [2048, 2048], full).exif(6).solid().end()),
        ("jpeg, progressive", solid(PROGRESSIVE, [2048, 2048], full)),
        ("jpeg, progressive, 4:2:0", solid(PROGRESSIVE, [2048, 2048], &[0x22, 0x11, 0x11])),
        ("jpeg, progressive, turned", jpeg(PROGRESSIVE, [2048, 2048], cmyk).exif(5).solid().end()),
        ("jpeg, progressive, four colours, 32 scans", rest(31)),
        ("jpeg, progressive, 1000 scans", rest(999)),
        ("jpeg, progressive, thin, sampled 4 × 4", solid(PROGRESSIVE, [1, 16_384], &[0x44; 4])),
        ("jpeg, a scan for each colour", jpeg(BASELINE, [2048, 2048], full).apart().end()),
        ("jpeg, 8000 scans", {
            let file = jpeg(BASELINE, [16_384, 8], full);
            (0..8000).fold(file, |file, _| file.scan(&[0], [0, 63, 0], &[])).end()
        }),
        ("jpeg, tables again and again", {
            let file = jpeg(BASELINE, [2048, 1024], full);
            (0..1000).fold(file, |file, _| file.tables()).solid().end()
        }),
        ("jpeg, restarts", jpeg(BASELINE, [2048, 1024], full).segment(0xdd, &[0, 1]).solid().end()),
        ("png, 64 Mpx in 200 bytes", png([8192, 8192], [16, 6, 0], &[0; 120], &[])),
        ("png, 4 Mpx in 200 bytes", png([2048, 2048], [16, 6, 0], &[0; 120], &[])),
        ("png, flat", png([16_384, 1], [1, 0, 0], &zeros(2049), &[])),
        ("png, thin", png([1, 16_384], [16, 6, 0], &zeros(9 * 16_384), &[])),
        ("png, zeros, 16 bits", png([2048, 2048], [16, 6, 0], &zeros(2048 * 16_385), &[])),
        ("png, zeros, 8 bits, flat", png([16_384, 256], [8, 6, 0], &zeros(256 * 65_537), &[])),
        ("png, zeros, one bit", png([2048, 2048], [1, 0, 0], &zeros(2048 * 257), &[])),
        ("png, zeros, interlaced", png([2048, 2048], [16, 6, 1], &zeros(2048 * 16_385 + 40_000), &[])),
        ("png, zeros, turned", png([2048, 2048], [16, 6, 0], &zeros(2048 * 16_385), &[("eXIf", exif(7))])),
        ("png, more zeros than pixels", png([1000, 1000], [8, 2, 0], &zeros(90_000_000), &[])),
        ("png, a profile of 60 MB", {
            let profile = [b"bomb\0\0".to_vec(), zeros(60_000_000)].concat();
            png([100, 100], [8, 2, 0], &zeros(100 * 301), &[("iCCP", profile)])
        }),
        ("png, a text of 60 MB", {
            let text = [b"XML:com.adobe.xmp\0\x01\0\0\0".to_vec(), zeros(60_000_000)].concat();
            png([100, 100], [8, 2, 0], &zeros(100 * 301), &[("iTXt", text)])
        }),
        ("png, 8000 empty chunks", png([100, 100], [8, 2, 0], &zeros(100 * 301), &vec![("IDAT", Vec::new()); 8000])),
    ];
    for (name, bytes) in &files {
        assert!(bytes.len() <= MOST_BYTES, "{name}: {} bytes", bytes.len());
    }
    files
}

const BASELINE: u8 = 0xc0;
const PROGRESSIVE: u8 = 0xc2;

/// A JPEG file as far as it is written. All of its codes are a zero bit: of a block's mean "as before", behind it "nothing
/// more", or where many blocks end at once, 16,384 of them.
#[derive(Default)]
struct Jpeg {
    bytes: Vec<u8>,
    progressive: bool,
    sides: [u16; 2],
    factors: Vec<u8>,
}

impl Jpeg {
    /// Start, tables and frame; the factors of each colour's sampling, across and down, are a byte.
    fn of(marker: u8, sides: [u16; 2], factors: &[u8]) -> Self {
        let progressive = marker == PROGRESSIVE;
        let file = Self { bytes: vec![0xff, 0xd8], progressive, sides, factors: factors.to_vec() };
        let mut frame = vec![8];
        frame.extend([sides[1].to_be_bytes(), sides[0].to_be_bytes()].concat());
        frame.push(factors.len() as u8);
        factors.iter().zip(0..).for_each(|(factor, i)| frame.extend([i, *factor, 0]));
        file.segment(0xdb, &[&[0][..], &[1; 64]].concat()).tables().segment(marker, &frame)
    }

    fn segment(mut self, marker: u8, body: &[u8]) -> Self {
        self.bytes.extend([0xff, marker]);
        self.bytes.extend((body.len() as u16 + 2).to_be_bytes());
        self.bytes.extend_from_slice(body);
        self
    }

    /// Code tables with one code of one bit each.
    fn tables(self) -> Self {
        let end = if self.progressive { 0xe0 } else { 0 };
        let table = |place: u8, symbol: u8| [&[place, 1][..], &[0; 15], &[symbol]].concat();
        self.segment(0xc4, &[table(0, 0), table(0x10, end)].concat())
    }

    fn exif(self, orientation: u8) -> Self {
        let body = [b"Exif\0\0".to_vec(), exif(orientation)].concat();
        self.segment(0xe1, &body)
    }

    fn scan(mut self, colours: &[u8], [first, last, bits]: [u8; 3], data: &[u8]) -> Self {
        let mut body = vec![colours.len() as u8];
        colours.iter().for_each(|colour| body.extend([*colour, 0]));
        body.extend([first, last, bits]);
        self = self.segment(0xda, &body);
        self.bytes.extend_from_slice(data);
        self
    }

    /// One scan over all blocks.
    fn solid(self) -> Self {
        let most = self.factors.iter().fold([1, 1], |[h, v], f| [h.max(f >> 4), v.max(f & 15)]);
        let units = |side: usize| usize::from(self.sides[side]).div_ceil(8 * usize::from(most[side]));
        let blocks: usize = self.factors.iter().map(|f| usize::from((f >> 4) * (f & 15))).sum();
        let colours: Vec<u8> = (0..self.factors.len() as u8).collect();
        let (bits, last) = if self.progressive { (1, 0) } else { (2, 63) };
        let data = vec![0; (units(0) * units(1) * blocks * bits).div_ceil(8)];
        self.scan(&colours, [0, last, 0], &data)
    }

    /// A scan for each colour.
    fn apart(self) -> Self {
        let blocks = self.sides.iter().map(|side| usize::from(*side).div_ceil(8)).product::<usize>();
        let data = vec![0; (blocks * 2).div_ceil(8)];
        (0..self.factors.len() as u8).fold(self, |file, colour| file.scan(&[colour], [0, 63, 0], &data))
    }

    fn end(mut self) -> Vec<u8> {
        self.bytes.extend([0xff, 0xd9]);
        self.bytes
    }
}

/// An Exif block with this orientation.
fn exif(orientation: u8) -> Vec<u8> {
    [&b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0"[..], &[orientation], &[0; 6]].concat()
}

/// A PNG of bits, colour type and interlacing, with chunks before the pixels'.
fn png(sides: [u32; 2], form: [u8; 3], deflated: &[u8], more: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let [bits, colour, interlaced] = form;
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    let header = [&sides[0].to_be_bytes()[..], &sides[1].to_be_bytes(), &[bits, colour, 0, 0, interlaced]].concat();
    chunk(&mut bytes, "IHDR", &header);
    more.iter().for_each(|(name, body)| chunk(&mut bytes, name, body));
    chunk(&mut bytes, "IDAT", deflated);
    chunk(&mut bytes, "IEND", &[]);
    bytes
}

fn chunk(bytes: &mut Vec<u8>, name: &str, body: &[u8]) {
    bytes.extend((body.len() as u32).to_be_bytes());
    let start = bytes.len();
    bytes.extend_from_slice(name.as_bytes());
    bytes.extend_from_slice(body);
    bytes.extend(crc32(&bytes[start..]).to_be_bytes());
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
    })
}

/// At least `count` zeros, deflated as far as they can be: about a thousand to a byte.
fn zeros(count: usize) -> Vec<u8> {
    const ROW: usize = 1 << 14;
    let (mut file, rows) = (Vec::new(), count.div_ceil(ROW));
    let mut encoder = png::Encoder::new(&mut file, ROW as u32 - 1, rows as u32);
    encoder.set_filter(png::Filter::NoFilter);
    encoder.set_deflate_compression(png::DeflateCompression::Level(9));
    let mut writer = encoder.write_header().expect("header");
    let mut stream = writer.stream_writer_with_size(1 << 20).expect("stream");
    let row = [0; ROW - 1];
    (0..rows).for_each(|_| std::io::Write::write_all(&mut stream, &row).expect("row"));
    stream.finish().expect("end");
    drop(writer);
    let (mut at, mut deflated) = (8, Vec::new());
    while at + 12 <= file.len() {
        let len = u32::from_be_bytes(*file[at..].first_chunk().expect("length")) as usize;
        if &file[at + 4..at + 8] == b"IDAT" {
            deflated.extend_from_slice(&file[at + 8..at + 8 + len]);
        }
        at += 12 + len;
    }
    deflated
}
