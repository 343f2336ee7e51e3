//! Arguments out of bytes: most of them usual, some at a border, a few wild.

use std::ffi::CString;

const FLOATS: [f32; 24] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    f32::NAN,
    f32::INFINITY,
    f32::NEG_INFINITY,
    1e-45,
    1e-38,
    f32::MAX,
    f32::MIN,
    f32::EPSILON,
    30.0,
    60.0,
    1000.0,
    1000.1,
    0.2,
    2.0,
    4.0,
    4.0001,
    100.0,
    1e9,
    0.1,
];

/// The bytes that are left; zeros behind them.
pub(crate) struct Input<'a>(pub &'a [u8]);

impl Input<'_> {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn byte(&mut self) -> u8 {
        let Some((&byte, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        byte
    }

    /// A number below a bound.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::from(self.byte()) % bound.max(1)
    }

    pub(crate) fn flag(&mut self) -> bool {
        self.byte() & 1 == 1
    }

    pub(crate) fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    pub(crate) fn word(&mut self) -> u32 {
        u32::from_le_bytes([self.byte(), self.byte(), self.byte(), self.byte()])
    }

    pub(crate) fn float(&mut self) -> f32 {
        match self.byte() {
            byte @ 0..24 => FLOATS[usize::from(byte)],
            24..32 => f32::from_bits(self.word()),
            byte => (f32::from(byte) - 32.0) / 100.0,
        }
    }

    pub(crate) fn double(&mut self) -> f64 {
        match self.byte() {
            0 => f64::MAX,
            1 => 5e-324,
            2 => -f64::MAX,
            3 => 1e300,
            4 => 3600.0,
            5 => f64::from_bits(u64::from(self.word()) << 32 | u64::from(self.word())),
            _ => f64::from(self.float()),
        }
    }

    /// A count or an index: small as a rule.
    pub(crate) fn count(&mut self) -> u32 {
        match self.byte() {
            byte @ 0..200 => u32::from(byte % 12),
            200..216 => u32::MAX,
            216..224 => u32::MAX - 1,
            224..232 => 1 << 31,
            _ => self.word(),
        }
    }

    /// Numbers 0..1 with a few others among them.
    pub(crate) fn floats(&mut self, count: usize) -> Vec<f32> {
        let seed = usize::from(self.byte());
        let mut values: Vec<f32> = (0..count).map(|i| ((i * 31 + seed) % 17) as f32 / 16.0).collect();
        self.disturb(&mut values);
        values
    }

    /// Puts a few numbers in.
    pub(crate) fn disturb(&mut self, values: &mut [f32]) {
        if values.is_empty() {
            return;
        }
        for _ in 0..self.below(4) {
            let at = self.word() as usize % values.len();
            values[at] = self.float();
        }
    }

    pub(crate) fn bytes(&mut self, most: usize) -> Vec<u8> {
        let (bytes, rest) = self.0.split_at(most.min(self.0.len()));
        self.0 = rest;
        bytes.to_vec()
    }

    pub(crate) fn text(&mut self) -> CString {
        let length = self.below(32);
        let mut bytes = self.bytes(length);
        bytes.retain(|&byte| byte != 0);
        CString::new(bytes).expect("no NUL")
    }
}
