//! Input that is no proper Python file: each kind is named with its reason, the rest of the run goes on, and the exit
//! code tells. Beside every bad file lies a good one, whose finding has to be there.

use std::fmt::Write as _;

use crate::support::{Answer, FLAWED, Project, answer};

const PARTIAL: &str = "error: some files were not analysed, so the result is partial (exit code 2)\n";

/// What `check --format concise` says of a folder with a good file and a bad one.
fn checked(name: &str, bytes: &[u8], arguments: &[&str]) -> Answer {
    let project = Project::new(&[("good.py", FLAWED)]);
    project.write(name, bytes);
    checked_in(&project, &[&["."], arguments].concat())
}

fn checked_in(project: &Project, arguments: &[&str]) -> Answer {
    let answer = project.run(&[&["check", "--format", "concise"], arguments].concat());
    assert!(has_finding(&answer, "good.py:7:8"), "the good file's finding is missing: {answer:?}");
    answer
}

fn has_finding(answer: &Answer, place: &str) -> bool {
    answer.stdout.lines().any(|line| line.starts_with(&format!("{place}: warning[plain-token-comparison] ")))
}

/// The file is not analysed, for a reason that is said on standard error.
#[track_caller]
fn refused(name: &str, bytes: &[u8], reason: &str) {
    let answer = checked(name, bytes, &[]);
    assert_eq!(answer.stderr, format!("error: {name}: {reason}\n{PARTIAL}"));
    assert_eq!(answer.code, Some(2));
    assert_eq!(answer.stdout.lines().count(), 1, "{answer:?}");
}

/// The file is analysed and its finding stands at `place`; `said` is all that standard error holds.
#[track_caller]
fn analysed(name: &str, bytes: &[u8], place: &str, said: &str) {
    let answer = checked(name, bytes, &[]);
    assert!(has_finding(&answer, &format!("{name}:{place}")), "{answer:?}");
    assert_eq!((answer.code, answer.stderr.as_str()), (Some(1), said));
}

#[test]
fn invalid_utf8_is_read_as_far_as_it_goes() {
    let bytes = [b"NAME = '\xe4'\n", FLAWED.as_bytes()].concat();
    let said = "note: bad.py:1: the file is not UTF-8 from this line on, so Python would not read it; what could be read \
                was analysed, save the file as UTF-8 or declare its encoding\n";
    analysed("bad.py", &bytes, "8:8", said);
}

#[test]
fn latin_1_is_read_where_it_is_declared() {
    let bytes = [b"# -*- coding: latin-1 -*-\nNAME = '\xe4'\n", FLAWED.as_bytes()].concat();
    analysed("bad.py", &bytes, "9:8", "");
}

#[test]
fn utf16_is_refused() {
    let bytes: Vec<u8> = FLAWED.encode_utf16().chain([]).flat_map(u16::to_le_bytes).collect();
    let reason = "the file is UTF-16, which Python does not read as source; save it as UTF-8";
    refused("bad.py", &[b"\xff\xfe", bytes.as_slice()].concat(), reason);
}

#[test]
fn nul_bytes_are_refused() {
    let reason = "line 10 holds a NUL byte, which Python does not read; save the file as text, or exclude it";
    refused("bad.py", &[FLAWED.as_bytes(), b"x = '\0'\n"].concat(), reason);
}

#[test]
fn byte_order_marks_and_foreign_line_ends_do_not_move_columns() {
    analysed("bom.py", &[b"\xef\xbb\xbf", FLAWED.as_bytes()].concat(), "7:8", "");
    analysed("crlf.py", FLAWED.replace('\n', "\r\n").as_bytes(), "7:8", "");
    analysed("cr.py", FLAWED.replace('\n', "\r").as_bytes(), "7:8", "");
}

#[test]
fn an_empty_file_is_a_file() {
    let answer = checked("empty.py", b"", &[]);
    assert_eq!((answer.code, answer.stderr.as_str()), (Some(1), ""));
    let alone = Project::new(&[("empty.py", "")]).run(&["check", "empty.py"]);
    assert_eq!((alone.code, alone.stdout.as_str()), (Some(0), "no findings in 1 file\n"));
}

#[test]
fn a_syntax_error_costs_its_statement() {
    let text = format!("x = = 1\n\n{FLAWED}x = = 1\n");
    let said = "warning: bad.py:1: this is not Python that can be read; the statement is skipped\n\
                warning: bad.py:12: this is not Python that can be read; the statement is skipped\n";
    analysed("bad.py", text.as_bytes(), "9:8", said);
    let human = Project::new(&[("bad.py", &text)]).run(&["check"]);
    assert!(human.stdout.ends_with("1 finding (1 warning) in 1 file; 1 read in part\n"), "{}", human.stdout);
}

/// Nobody may take for analysed what the parser has swallowed.
#[test]
fn an_open_bracket_says_how_much_it_swallows() {
    let text = format!("def broken(:\n    x = = 1\n{FLAWED}");
    let answer = checked("bad.py", text.as_bytes(), &[]);
    let said = "warning: bad.py:1: this is not Python that can be read; parts of it and of the 10 lines below it are skipped\n";
    assert_eq!((answer.code, answer.stderr.as_str()), (Some(1), said));
}

#[test]
fn a_file_over_the_limit_is_refused_with_the_option_that_sets_it() {
    let large = format!("{FLAWED}# {}\n", "x".repeat(1_000));
    let answer = checked("large.py", large.as_bytes(), &["--max-file-size", "600"]);
    let reason = format!(
        "the file has {} bytes, more than the limit of 600; raise the limit, or exclude the file (--max-file-size sets \
         the limit)",
        large.len()
    );
    assert_eq!(answer.stderr, format!("error: large.py: {reason}\n{PARTIAL}"));
    assert_eq!(answer.code, Some(2));
}

#[test]
fn a_hundred_thousand_parentheses_are_refused() {
    let text = format!("{FLAWED}x = {}{}\n", "(".repeat(100_000), ")".repeat(100_000));
    refused(
        "bad.py",
        text.as_bytes(),
        "line 10 has more than 1,000 open brackets, Python reads at most 200; exclude the file",
    );
}

/// More levels than the parser's buffer holds; unguarded, they abort the process.
#[test]
fn six_hundred_levels_of_indentation_and_a_string_are_refused() {
    let mut text = FLAWED.to_owned();
    for level in 0..600 {
        writeln!(text, "{:level$}if x:", "").expect("a string takes all");
    }
    writeln!(text, "{:600}s = 'a'", "").expect("a string takes all");
    let reason = "line 139 is indented more than 128 levels deep, Python reads at most 100; exclude the file";
    refused("bad.py", text.as_bytes(), reason);
}

/// One operation of the parser on this text takes minutes, and nothing can interrupt it.
#[test]
fn a_parse_that_stalls_is_given_up() {
    let text = format!("{FLAWED}{}\n", "await ->".repeat(16_000));
    refused("bad.py", text.as_bytes(), "parsing took longer than 5 s; split the file, or exclude it");
}

#[test]
fn a_sum_of_two_hundred_thousand_terms_is_read_in_part() {
    let text = format!("{FLAWED}x = {}1\n", "1 + ".repeat(200_000));
    let said = "warning: bad.py:10: code is nested too deeply from here on, only 200 levels are analysed\n";
    analysed("bad.py", text.as_bytes(), "7:8", said);
}

#[test]
fn a_path_that_does_not_exist_is_refused() {
    let project = Project::new(&[("good.py", FLAWED)]);
    let answer = checked_in(&project, &["gone.py", "good.py"]);
    assert_eq!(answer.stderr, format!("error: gone.py: no such file or folder; check the path\n{PARTIAL}"));
    assert_eq!(answer.code, Some(2));
}

#[test]
fn a_folder_named_like_a_file_is_a_folder() {
    let project = Project::new(&[("good.py", FLAWED), ("x.py/inside.py", FLAWED)]);
    for arguments in [&["."][..], &["good.py", "x.py"]] {
        let answer = checked_in(&project, arguments);
        assert!(has_finding(&answer, "x.py/inside.py:7:8"), "{answer:?}");
        assert_eq!((answer.code, answer.stderr.as_str()), (Some(1), ""));
    }
}

#[test]
fn bad_standard_input_is_named_too() {
    let project = Project::new(&[("good.py", FLAWED)]);
    let arguments = ["check", "--format", "concise", "-", "good.py", "--stdin-filename", "typed.py"];
    let answer = answer(project.command().args(arguments).write_stdin("x = '\0'\n"));
    assert!(has_finding(&answer, "good.py:7:8"), "{answer:?}");
    assert!(answer.stderr.starts_with("error: typed.py: line 1 holds a NUL byte"), "{answer:?}");
    assert_eq!(answer.code, Some(2));
}

/// A configuration that is not understood stops everything: what it wanted cannot be guessed.
#[test]
fn a_broken_configuration_stops_the_run() {
    for (text, reason) in [
        ("select = [\"no-such-rule\"]\n", "bearerlint.toml:1:11: `select` names `no-such-rule`"),
        ("profile = \n", "bearerlint.toml:1:"),
        ("fail-on = 3\n", "bearerlint.toml:1:"),
    ] {
        let project = Project::new(&[("good.py", FLAWED), ("bearerlint.toml", text)]);
        let answer = project.run(&["check"]);
        assert_eq!((answer.code, answer.stdout.as_str()), (Some(2), ""), "{text}");
        assert!(answer.stderr.starts_with("error: ") && answer.stderr.contains(reason), "{text}{}", answer.stderr);
        assert!(answer.stderr.contains("\nhelp: "), "{text}{}", answer.stderr);
    }
}

/// What only systems with links and modes can have.
#[cfg(unix)]
mod unix {
    use std::fs::{File, Permissions, set_permissions};
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    use std::process::Command;

    use super::{FLAWED, PARTIAL, Project, checked_in};

    #[test]
    fn a_file_that_may_not_be_read_is_refused() {
        let project = Project::new(&[("good.py", FLAWED), ("locked.py", FLAWED)]);
        let locked = project.path("locked.py");
        set_permissions(&locked, Permissions::from_mode(0o000)).expect("its owner may lock it");
        let expected = if File::open(&locked).is_err() {
            "error: locked.py: permission denied; make the file readable, or exclude it\n"
        } else {
            // Modes mean nothing to root: a pipe, which nobody may wait for, stands in for the locked file.
            std::fs::remove_file(&locked).expect("its owner may remove it");
            assert!(Command::new("mkfifo").arg(&locked).status().is_ok_and(|status| status.success()));
            "error: locked.py: this is a pipe, not a file; name a file, or exclude it\n"
        };
        let answer = checked_in(&project, &["locked.py", "good.py"]);
        assert_eq!(answer.stderr, format!("{expected}{PARTIAL}"));
        assert_eq!(answer.code, Some(2));
    }

    #[test]
    fn a_broken_link_is_left_out_when_met_and_refused_when_named() {
        let project = Project::new(&[("good.py", FLAWED)]);
        symlink("gone.py", project.path("link.py")).expect("links can be made");
        let met = checked_in(&project, &["."]);
        assert_eq!(met.stderr, "note: link.py: the symbolic link leads nowhere; it is left out\n");
        assert_eq!(met.code, Some(1));
        let named = checked_in(&project, &["good.py", "link.py"]);
        assert_eq!(
            named.stderr,
            format!("error: link.py: the symbolic link leads nowhere; repair or remove it\n{PARTIAL}")
        );
        assert_eq!(named.code, Some(2));
    }

    #[test]
    fn links_in_a_circle_are_told_from_broken_ones() {
        let project = Project::new(&[("good.py", FLAWED)]);
        symlink("two.py", project.path("one.py")).expect("links can be made");
        symlink("one.py", project.path("two.py")).expect("links can be made");
        let met = checked_in(&project, &["."]);
        let said = |name: &str| format!("note: {name}: the symbolic link leads back to itself; it is left out\n");
        assert_eq!(met.stderr, said("one.py") + &said("two.py"));
        assert_eq!(met.code, Some(1));
        let named = checked_in(&project, &["good.py", "one.py"]);
        assert!(named.stderr.starts_with("error: one.py: the symbolic link leads back to itself"), "{named:?}");
        assert_eq!(named.code, Some(2));
    }

    #[test]
    fn a_folder_that_links_to_itself_is_walked_once() {
        let project = Project::new(&[("good.py", FLAWED), ("deep/more.py", FLAWED)]);
        symlink("..", project.path("deep/up")).expect("links can be made");
        for arguments in [&["."][..], &["good.py", "deep"], &[".", "deep/up"]] {
            let answer = checked_in(&project, arguments);
            assert_eq!(answer.stdout.lines().count(), 2, "{answer:?}");
            assert_eq!((answer.code, answer.stderr.as_str()), (Some(1), ""));
        }
    }
}
