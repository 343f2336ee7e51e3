//! Faces that `m2f live` sends, as programs of others receive them.

use anyhow::Result;

use crate::checks::{left_out_file, m2f};
use crate::command::{command, root, run};
use crate::test::Extent;

/// Packages of Python's that are not installed are left out by name.
pub(crate) fn check(_: Extent) -> Result<()> {
    let script = root().join("tests/readers/wires.py");
    run(command("python3", &[]).arg(script).arg(m2f(&[]).get_program()).env("M2F_TEST_LEFT_OUT", left_out_file()))
}
