//! GitHub's hash of a line, which code scanning uses to recognise an alert after lines have moved.
//!
//! The uploader (github/codeql-action, `src/fingerprints.ts`) computes it where a file lacks it and warns where ours
//! differs, so it has to be the same number: a rolling hash with base 37, modulo 2^64, over the 100 UTF-16 units from
//! the start of the line that are neither blank nor tab, every line end counted as one line feed; the file is closed by
//! a unit 0xFFFF and then zeros. Lines with equal hashes are counted from 1.

use std::collections::HashMap;

const WINDOW: usize = 100;
const BASE: u64 = 37;
const END_OF_FILE: u16 = 0xffff;

/// The hash of every line of a text, first line first.
pub(super) fn line_hashes(text: &str) -> Vec<String> {
    let (units, starts) = significant_units(text);
    // The hash of a window that begins at `i` is the sum of unit[i + k] * BASE^(99 - k).
    let mut hash = units.iter().take(WINDOW).fold(0, |hash, &unit| step(hash, unit));
    for _ in units.len()..WINDOW {
        hash = step(hash, 0);
    }
    let leaving = BASE.wrapping_pow(WINDOW as u32);
    let mut counts: HashMap<u64, u32> = HashMap::new();
    let mut hashes = Vec::with_capacity(starts.len());
    let mut starts = starts.into_iter().peekable();
    for (at, &unit) in units.iter().enumerate() {
        if starts.next_if_eq(&at).is_some() {
            let count = counts.entry(hash).or_default();
            *count += 1;
            hashes.push(format!("{hash:x}:{count}"));
        }
        let entering = units.get(at + WINDOW).copied().unwrap_or(0);
        hash = step(hash, entering).wrapping_sub(leaving.wrapping_mul(u64::from(unit)));
    }
    hashes
}

fn step(hash: u64, unit: u16) -> u64 {
    hash.wrapping_mul(BASE).wrapping_add(u64::from(unit))
}

/// The units that count, and the indices among them at which lines begin.
fn significant_units(text: &str) -> (Vec<u16>, Vec<usize>) {
    let mut units = Vec::with_capacity(text.len());
    let mut starts = Vec::new();
    let mut begins_line = true;
    let mut after_return = false;
    for unit in text.encode_utf16().chain([END_OF_FILE]) {
        let is_blank = unit == u16::from(b' ') || unit == u16::from(b'\t');
        let completes_return = after_return && unit == u16::from(b'\n');
        after_return = unit == u16::from(b'\r');
        if is_blank || completes_return {
            continue;
        }
        if begins_line {
            starts.push(units.len());
        }
        let unit = if after_return { u16::from(b'\n') } else { unit };
        begins_line = unit == u16::from(b'\n');
        units.push(unit);
    }
    (units, starts)
}

#[cfg(test)]
mod tests {
    use super::line_hashes;

    /// Known inputs and hashes of the uploader's own tests.
    #[test]
    fn hashes_are_those_of_the_uploader() {
        assert_eq!(line_hashes(""), ["c129715d7a2bc9a3:1"]);
        assert_eq!(
            line_hashes(" a\nb\n  \t\tc\n d"),
            ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"]
        );
        let greeting = [
            "e9496ae3ebfced30:1",
            "fb7c023a8b9ccb3f:1",
            "ce8ba1a563dcdaca:1",
            "e20e36e16fcb0cc8:1",
            "b3edc88f2938467e:1",
            "c8e28b0b4002a3a0:1",
            "c129715d7a2bc9a3:1",
        ];
        assert_eq!(line_hashes(" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n"), greeting);
        assert_eq!(line_hashes(" hello; \t\nworld!!!\r\r\r  \t\tGreetings\r End\r"), greeting);
        assert_eq!(line_hashes(" hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n"), greeting);
        assert_eq!(line_hashes(" hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n"), greeting);
    }

    #[test]
    fn equal_lines_are_counted() {
        assert_eq!(
            line_hashes(&"Lorem ipsum dolor sit amet.\n".repeat(10)),
            [
                "a7f2ff13bc495cf2:1",
                "a7f2ff13bc495cf2:2",
                "a7f2ff13bc495cf2:3",
                "a7f2ff13bc495cf2:4",
                "a7f2ff13bc495cf2:5",
                "a7f2ff13bc495cf2:6",
                "a7f2ff1481e87703:1",
                "a9cf91f7bbf1862b:1",
                "55ec222b86bcae53:1",
                "cc97dc7b1d7d8f7b:1",
                "c129715d7a2bc9a3:1",
            ]
        );
    }
}
