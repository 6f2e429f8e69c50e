//! Texts that abort, stall or flood a parser, and what becomes of them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::tree::{Module, StatementKind};
use super::{Refusal, parse};

fn parse_within(text: &str, budget: Duration) -> Result<Module, Refusal> {
    parse(&Arc::from(text), budget)
}

/// Parses in far less than the budget that real runs have.
fn parse_quickly(text: &str) -> Module {
    let started = Instant::now();
    let module = parse_within(text, Duration::from_secs(20)).expect("no refusal");
    // Builds without optimisation are several times slower than the second that is promised.
    assert!(started.elapsed() < Duration::from_secs(8), "took {:?}", started.elapsed());
    module
}

/// Either answers or gives up, close to its budget.
fn gives_up_in_time(text: &str) {
    let budget = Duration::from_millis(300);
    let started = Instant::now();
    let refusal = parse_within(text, budget).expect_err("more work than fits the budget");
    assert_eq!(refusal, Refusal::TooSlow(budget));
    assert!(started.elapsed() < budget + Duration::from_secs(1), "took {:?}", started.elapsed());
}

#[test]
fn many_indentation_levels_and_a_string_do_not_abort() {
    let mut text: String = (0..600).map(|level| " ".repeat(level) + "if x:\n").collect();
    text.push_str(&" ".repeat(600));
    text.push_str("s = 'a'\n");
    assert_eq!(parse_within(&text, Duration::from_secs(5)).err(), Some(Refusal::TooManyLevels { line: 130 }));
}

#[test]
fn as_many_levels_and_open_strings_as_are_let_through_do_not_abort() {
    let mut text: String = (0..128).map(|level| " ".repeat(level) + "if x:\n").collect();
    text.push_str(&" ".repeat(128));
    text.push_str(&"f'{".repeat(300));
    assert!(!parse_quickly(&text).errors.is_empty());
}

#[test]
fn a_stall_between_two_operations_is_abandoned() {
    gives_up_in_time(&"await ->".repeat(16_000));
    assert_eq!(parse_quickly("x = 1\n").body.len(), 1, "another thread has taken its place");
}

#[test]
fn slow_error_recovery_is_stopped() {
    gives_up_in_time(&"-,".repeat(4_000));
    gives_up_in_time(&"lambda :=".repeat(4_000));
}

#[test]
fn endless_continued_lines_are_refused_at_once() {
    for text in ["\\\n".repeat(32_000), ("\\\n".repeat(99) + "x\n").repeat(1_000) + &"\\\n".repeat(32_000)] {
        let started = Instant::now();
        assert_eq!(parse_within(&text, Duration::from_secs(5)).err(), Some(Refusal::TooManyIndentations));
        assert!(started.elapsed() < Duration::from_secs(1), "took {:?}", started.elapsed());
    }
}

#[test]
fn deep_nesting_is_refused_or_cut() {
    let brackets = "(".repeat(100_000) + &")".repeat(100_000);
    assert_eq!(parse_within(&brackets, Duration::from_secs(5)).err(), Some(Refusal::TooManyBrackets { line: 1 }));
    for text in [
        "a + ".repeat(200_000) + "a",
        "a ** ".repeat(50_000) + "a",
        "not ".repeat(50_000) + "a",
        "-".repeat(50_000) + "a",
        "a".to_owned() + &".b".repeat(50_000),
        "a".to_owned() + &"()".repeat(50_000),
        "lambda: ".repeat(20_000) + "a",
        "a if b else ".repeat(20_000) + "a",
        "await ".repeat(10_000) + "a",
        "x: ".to_owned() + &"a | ".repeat(20_000) + "a",
    ] {
        let module = parse_quickly(&text);
        assert_eq!(module.body.len(), 1, "{}…", &text[..20]);
        assert_eq!(module.errors.len(), 1, "{}…: {:?}", &text[..20], module.errors);
        assert!(module.errors[0].message.contains("nested too deeply"));
    }
}

#[test]
fn long_and_flat_is_not_deep() {
    let elifs = "if a: b\n".to_owned() + &"elif a: b\n".repeat(20_000);
    let StatementKind::If { branches, .. } = &parse_quickly(&elifs).body[0].kind else { panic!("an if") };
    assert_eq!(branches.len(), 20_001);
    for text in [
        "a or ".repeat(50_000) + "a",
        "a < ".repeat(50_000) + "a",
        "a = ".repeat(20_000) + "a",
        "'a' ".repeat(50_000),
        "@a\n".repeat(20_000) + "def f(): pass",
        "f'{".to_owned() + &"a}{".repeat(20_000) + "a}'",
        "((((".repeat(200) + "a" + &"))))".repeat(200),
        "import a\n".repeat(20_000),
    ] {
        let module = parse_quickly(&text);
        assert!(module.errors.is_empty(), "{}…: {:?}", &text[..20], module.errors);
    }
}

#[test]
fn long_dotted_patterns_are_cut() {
    let text = "match a:\n  case ".to_owned() + &"b.".repeat(50_000) + "c: pass\n";
    assert!(parse_quickly(&text).errors[0].message.contains("nested too deeply"));
}

#[test]
fn trees_of_the_greatest_depth_are_dropped_on_small_stacks() {
    let text: Arc<str> = ("f(".repeat(900) + &")".repeat(900)).into();
    let small = std::thread::Builder::new()
        .stack_size(256 * 1024)
        .spawn(move || parse(&text, Duration::from_secs(10)).map(|module| module.errors.len()));
    assert_eq!(small.expect("a thread").join().expect("no overflow"), Ok(1));
}

#[test]
fn many_callers_parse_at_once() {
    let text: Arc<str> = "def f(x):\n    return g(x)\n".repeat(200).into();
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                for _ in 0..10 {
                    let module = parse(&text, Duration::from_secs(20)).expect("harmless text");
                    assert_eq!(module.body.len(), 200);
                }
            });
        }
    });
}

#[test]
fn garbage_ends_with_errors_and_bounded_lists() {
    let garbage: String = (0..20_000_u32).map(|step| char::from((step * 7_919 % 94 + 33) as u8)).collect();
    match parse_within(&garbage, Duration::from_secs(10)) {
        Ok(module) => assert!((1..=101).contains(&module.errors.len())),
        Err(refusal) => assert!(matches!(refusal, Refusal::TooSlow(_) | Refusal::TooManyBrackets { .. })),
    }
}
