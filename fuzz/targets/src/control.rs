//! Lines that `m2f live --control` takes, and the targets of its `--to`: each is an order or a fault of one line.

use m2f::reads;

pub(crate) const WORDS: &[&str] = &[
    "style ",
    " @",
    "-",
    "listen ",
    "on",
    "off",
    "guidance ",
    "nan",
    "1e38",
    "-0.5",
    "interrupt",
    "reset",
    "state",
    "livelink:",
    "vmc:",
    "ws:",
    "[::1]",
    "127.0.0.1",
    "65536",
    ":",
    "\u{85}",
    "\u{2028}",
];

pub(crate) fn run(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    for fault in [reads::order(text), reads::target(text)].into_iter().filter_map(Result::err) {
        let fault = fault.to_string();
        assert!(!fault.is_empty() && !fault.contains('\n'), "{fault:?}");
    }
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let texts = [
        "style very happy @0.5",
        "style -",
        "guidance 2 -",
        "listen on",
        "interrupt",
        "state",
        "livelink:10.0.0.2:11112",
        "vmc:[::1]:39540",
        "vmc:::[::\n",
        "ws",
    ];
    texts.map(|text| text.as_bytes().to_vec()).to_vec()
}
