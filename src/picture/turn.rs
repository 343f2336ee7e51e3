//! How a stored picture is turned to stand upright: the orientation of an Exif tag.

/// The way from a pixel that is seen to the one that is stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Turn {
    /// Columns and rows change places, first.
    swap: bool,
    /// The stored columns count from the right.
    flip_x: bool,
    /// The stored rows count from below.
    flip_y: bool,
}

impl Turn {
    /// The tag 0x112 of the first directory of an Exif block, which begins with its TIFF header. None that can be read
    /// turns nothing.
    pub(super) fn from_exif(block: &[u8]) -> Self {
        Self::tag(block).and_then(Self::from_orientation).unwrap_or_default()
    }

    fn tag(block: &[u8]) -> Option<u16> {
        const ORIENTATION: u16 = 0x112;
        const SHORT: u16 = 3;
        let big = match block.get(..4)? {
            [b'I', b'I', 42, 0] => false,
            [b'M', b'M', 0, 42] => true,
            _ => return None,
        };
        let short = |at: usize| {
            let bytes = *block.get(at..)?.first_chunk::<2>()?;
            Some(if big { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
        };
        let long = |at: usize| {
            let bytes = *block.get(at..)?.first_chunk::<4>()?;
            Some(if big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
        };
        let directory = usize::try_from(long(4)?).ok()?;
        let entries = directory.checked_add(2)?;
        for entry in (0..usize::from(short(directory)?)).map(|i| entries.checked_add(12 * i)) {
            let entry = entry?;
            let (tag, kind, count) = (short(entry)?, short(entry.checked_add(2)?)?, long(entry.checked_add(4)?)?);
            let value = short(entry.checked_add(8)?)?;
            if (tag, kind, count) == (ORIENTATION, SHORT, 1) {
                return Some(value);
            }
        }
        None
    }

    /// The eight values of the tag; another is none.
    fn from_orientation(value: u16) -> Option<Self> {
        let (swap, flip_x, flip_y) = match value {
            1 => (false, false, false),
            2 => (false, true, false),
            3 => (false, true, true),
            4 => (false, false, true),
            5 => (true, false, false),
            6 => (true, false, true),
            7 => (true, true, true),
            8 => (true, true, false),
            _ => return None,
        };
        Some(Self { swap, flip_x, flip_y })
    }

    /// Whether the stored picture stands upright.
    pub(super) fn is_none(self) -> bool {
        self == Self::default()
    }

    /// Width and height that are seen, of those that are stored; the way back is the same.
    pub(super) fn sides(self, [width, height]: [usize; 2]) -> [usize; 2] {
        if self.swap { [height, width] } else { [width, height] }
    }

    /// Writes one row that is seen, RGB, from stored pixels of width and height.
    pub(super) fn row(self, stored: &[u8], [width, height]: [usize; 2], y: usize, out: &mut [u8]) {
        let place = |x: usize| {
            let (column, row) = if self.swap { (y, x) } else { (x, y) };
            let column = if self.flip_x { width - 1 - column } else { column };
            (if self.flip_y { height - 1 - row } else { row }) * width + column
        };
        for (x, pixel) in out.chunks_exact_mut(3).enumerate() {
            pixel.copy_from_slice(&stored[place(x) * 3..][..3]);
        }
    }
}
