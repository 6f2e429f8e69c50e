//! Every construct of Python and the tree it becomes, in the words of `render`.

use std::sync::Arc;
use std::time::Duration;

use super::render;
use crate::source::Span;
use crate::syntax::tree::{ExpressionKind, Module, StatementKind};

fn module(text: &str) -> Module {
    crate::syntax::parse(&Arc::from(text), Duration::from_secs(10)).expect("harmless text")
}

/// Each source becomes what stands beside it, without an error.
fn check(table: &[(&str, &str)]) {
    for (text, expected) in table {
        let module = module(text);
        assert_eq!(render::statements(&module.body), *expected, "of {text}");
        assert!(module.errors.is_empty(), "{text}: {:?}", module.errors);
    }
}

/// The rendering, and the errors as the text they point at.
fn broken(text: &str) -> (String, Vec<&str>) {
    let module = module(text);
    let at = |span: Span| text.get(span.start as usize..span.end as usize).expect("a span of the text");
    (render::statements(&module.body), module.errors.iter().map(|error| at(error.span)).collect())
}

#[test]
fn strings() {
    check(&[
        ("'a' \"b\"", r#""ab""#),
        (r"'\x41\u0042\U00000043\101\0'", r#""ABCA\0""#),
        (r"'\n\t\\\'\q'", r#""\n\t\\'\\q""#),
        (r"'\N{DASH}'", r#""\\N{DASH}""#),
        (r"'\ud800'", "\"\u{fffd}\""),
        ("r'\\n'", r#""\\n""#),
        ("u'x'", r#""x""#),
        (r"b'\xff\u0041'", "b\"ÿ\\\\u0041\""),
        (r"Rb'\x'", r#"b"\\x""#),
        ("'''a\r\nb'''", r#""a\nb""#),
        ("\"\"\"a\"b\"\"\"", r#""a\"b""#),
        ("'a\\\nb'", r#""ab""#),
        ("''", r#""""#),
        ("''''''", r#""""#),
        ("('a'\n 'b' # note\n 'c')", r#""abc""#),
        (r"'\400'", "\"Ā\""),
    ]);
}

#[test]
fn formatted_strings() {
    check(&[
        ("f'a{b}c'", r#"f<"a" {b} "c">"#),
        ("f'{a!r:>{width}.2f}'", r#"f<{a!r:[">" {width} ".2f"]}>"#),
        ("f'{a:}'", "f<{a:[]}>"),
        ("f'{a = }'", r#"f<"a = " {a!r}>"#),
        ("f'{a=!s}'", r#"f<"a=" {a!s}>"#),
        ("f'{{x}} {y}'", r#"f<"{x} " {y}>"#),
        ("f'\\x41{a}' 'b{c}' rf'\\x{d}'", r#"f<"A" {a} "b{c}\\x" {d}>"#),
        ("f'{f\"{a}\"}'", "f<{f<{a}>}>"),
        ("f'{a, b}'", "f<{<a, b>}>"),
        ("f'{a:=10}'", r#"f<{a:["=10"]}>"#),
        ("f'{(a:=10)}'", "f<{(a := 10)}>"),
        ("f'{x if y else z}'", "f<{(x if y else z)}>"),
        ("f''", "f<>"),
        ("f'Bearer {d[\"k\"]}'", r#"f<"Bearer " {d["k"]}>"#),
        ("t'{a}'", "f<{a}>"),
    ]);
}

#[test]
fn numbers_and_constants() {
    check(&[
        ("0x_ff, 0o17, 0b1_0, 1_000, 10L, 0777, 0, 00", "<255, 15, 2, 1000, 10, 511, 0, 0>"),
        ("99999999999999999999", "HUGE"),
        ("1.5, 1e3, 1_0.0_1, .5, 2j", "<1.5, 1000.0, 10.01, 0.5, 2.0>"),
        ("True, False, None, ...", "<true, false, None, ...>"),
    ]);
}

#[test]
fn operators() {
    check(&[
        ("a + b * c", "(a Add (b Multiply c))"),
        ("a ** -b ** c", "(a Power (Minus (b Power c)))"),
        ("a // b % c @ d", "(((a FloorDivide b) Modulo c) MatrixMultiply d)"),
        ("a << b >> c & d | e ^ f", "((((a ShiftLeft b) ShiftRight c) BitAnd d) BitOr (e BitXor f))"),
        ("not ~+a", "(Not (Invert (Plus a)))"),
        ("a and b and c or d or e", "((a and b and c) or d or e)"),
        ("a or (b or c)", "(a or (b or c))"),
        ("a < b <= c != d <> e", "(a Less b LessOrEqual c NotEqual d NotEqual e)"),
        ("a not in b", "(a NotIn b)"),
        ("(a is not\n  b)", "(a IsNot b)"),
        ("a is b in c", "(a Is b In c)"),
        ("a if b else c if d else e", "(a if b else (c if d else e))"),
        ("(x := f(y))", "(x := f(y))"),
        ("((((a))))", "a"),
        ("(a # note\n == b)", "(a Equal b)"),
    ]);
}

#[test]
fn calls_and_places() {
    check(&[
        ("a.b.c(d, *e, f=g, **h)", "a.b.c(d, *e, f=g, **h)"),
        ("[*a.b, *c(d)[e]]", "[*a.b, *c(d)[e]]"),
        ("x = *a.b, c", "x = <*a.b, c>"),
        ("f(*a[0].b(c), d)", "f(*a[0].b(c), d)"),
        ("[*a + b]", "[*(a Add b)]"),
        ("f(*a.b, *c or d)", "f(*a.b, *(c or d))"),
        ("f(x for x in y)", "f(Generator(x for x in y))"),
        ("f(a)(b)[c].d", "f(a)(b)[c].d"),
        ("print(a, file=b)", "print(a, file=b)"),
        ("a[1:2, ::3, :, ...]", "a[<1:2:, ::3, ::, ...>]"),
        ("a[b,]", "a[<b>]"),
        ("a[b]", "a[b]"),
        ("a[*b]", "a[<*b>]"),
        ("None.a, True .b, 1 .real, a . b, _.c.d, E.f", "<None.a, true.b, 1.real, a.b, _.c.d, E.f>"),
        ("a[:-1]", "a[:(Minus 1):]"),
        ("await f(x).y", "(await f(x).y)"),
        ("match(type, case)", "match(type, case)"),
    ]);
}

#[test]
fn collections_and_comprehensions() {
    check(&[
        ("()", "<>"),
        ("(a,)", "<a>"),
        ("a, *b", "<a, *b>"),
        ("[*a, b]", "[*a, b]"),
        ("{a, b}", "set{a, b}"),
        ("{}", "{}"),
        ("{a: b, **c}", "{a: b, **c}"),
        ("[x for x in y if a if b for z in x]", "List(x for x in y if a if b for z in x)"),
        ("{k: v for k, v in d.items()}", "Dictionary(k: v for <k, v> in d.items())"),
        ("{x async for x in y}", "Set(x for x in y)"),
        ("[x for x in 1, 2]", "List(x for x in <1, 2>)"),
        ("lambda a, *b, c=1, **d: a", "(lambda a, *b, c! = 1, **d: a)"),
        ("lambda: 0", "(lambda : 0)"),
    ]);
}

#[test]
fn assignments() {
    check(&[
        ("a = b = c", "a = b = c"),
        ("a, b.c = d[e] = f, g", "<a, b.c> = d[e] = <f, g>"),
        ("(a), [b, *c] = d", "<a, [b, *c]> = d"),
        ("a: int = b", "a: int = b"),
        ("a.b: 'T'", "a.b: \"T\""),
        ("a: list[int] | None = x", "a: (list[int] BitOr None) = x"),
        ("a: b[*c]", "a: b[<*c>]"),
        ("a: b[c] | d | e[f] | g.h", "a: (((b[c] BitOr d) BitOr e[f]) BitOr g.h)"),
        ("a: Dict[str, x.Y] = {}", "a: Dict[<str, x.Y>] = {}"),
        ("a **= b; c //= yield", "a Power= b; c FloorDivide= (yield)"),
        ("a = yield b", "a = (yield b)"),
        ("x = y = yield", "x = y = (yield)"),
        ("type(a).b = c", "type(a).b = c"),
        ("type(a, b)[c].d = e", "type(a, b)[c].d = e"),
        ("type X = int", "X = int"),
        ("type X[T] = list[T]", "X = list[T]"),
    ]);
}

#[test]
fn simple_statements() {
    check(&[
        ("return", "return"),
        ("return a, b", "return <a, b>"),
        ("raise", "raise"),
        ("raise A(b) from c", "raise A(b) from c"),
        ("raise A, 'b'", "raise A"),
        ("assert a, b", "assert a, b"),
        ("del a, b[c]", "del a, b[c]"),
        ("pass; break; continue", "pass; break; continue"),
        ("global a, b", "global a b"),
        ("nonlocal a", "nonlocal a"),
        ("print 'a' % b, c", "print((\"a\" Modulo b), c)"),
        ("print >>f, a", "print(a, file=f)"),
        ("exec code in g", "exec(code, g)"),
    ]);
}

#[test]
fn imports() {
    check(&[
        ("import a.b as c, d", "import a.b as c, d"),
        ("from . import x", "from 1: import x"),
        ("from ...a.b import (x as y, z,)", "from 3:a.b import x as y, z"),
        ("from a import *", "from 0:a import *"),
        ("from __future__ import annotations", "from 0:__future__ import annotations"),
        ("import a . b", "import a.b"),
        ("from .... import x", "from 4: import x"),
    ]);
}

#[test]
fn control_statements() {
    check(&[
        ("if a: b\nelif c: d\nelif e: f\nelse: g", "if a {b} elif c {d} elif e {f} else {g}"),
        ("while a:\n  b\nelse:\n  c", "while a {b} else {c}"),
        ("for a, b in c, d:\n  e\nelse: f", "for <a, b> in <c, d> {e} else {f}"),
        ("async def f():\n  async for a in b: pass", "async def f() {for a in b {pass}}"),
        (
            "try: a\nexcept B: c\nexcept (D, E) as f: g\nexcept: h\nelse: i\nfinally: j",
            "try {a} except B {c} except <D, E> as f {g} except {h} else {i} finally {j}",
        ),
        ("try: a\nexcept* B as c: d", "try {a} except B as c {d}"),
        ("try: a\nexcept B, c: d", "try {a} except B as c {d}"),
        ("try: a\nexcept B, C: d", "try {a} except <B, C> {d}"),
        ("with a as b, c(): d", "with a as b, c() {d}"),
        ("with (a as b, c as (d, e)): f", "with a as b, c as <d, e> {f}"),
        ("with (\n  a(),\n  b,\n): c", "with a(), b {c}"),
        ("with (a): b", "with a {b}"),
        ("with a.b(c) as d.e[f]: pass", "with a.b(c) as d.e[f] {pass}"),
        ("async def f():\n  async with a as b: pass", "async def f() {with a as b {pass}}"),
    ]);
}

#[test]
fn patterns() {
    check(&[
        ("match a:\n  case 1 | -2 | 'x': b", "match a case (==1 | ==(Minus 2) | ==\"x\") {b}"),
        ("match a, b:\n  case c, *d: e", "match <a, b> case [c, *d] {e}"),
        ("match a:\n  case [] | (b,) | (c): d", "match a case ([] | [b] | c) {d}"),
        ("match a:\n  case None: b\n  case True: c\n  case _: d", "match a case ==None {b} case ==true {c} case _ {d}"),
        ("match a:\n  case x.Y: b\n  case -1: c", "match a case ==x.Y {b} case ==(Minus 1) {c}"),
        ("match a:\n  case {'k': v, **rest}: b", "match a case {\"k\": v, **rest} {b}"),
        ("match a:\n  case C(b, d=[e, *_]) as f if g: h", "match a case C(b, d=[e, *_]) as f if g {h}"),
        ("match a:\n  case m.C(): b", "match a case m.C() {b}"),
    ]);
}

#[test]
fn definitions() {
    check(&[
        (
            "@a.b(c)\n@d\nasync def f(x, y: int = 1, /, z=2, *args: T, k, l: U = 3, **kw) -> R:\n  pass",
            "@a.b(c) @d async def f(x/, y/: int = 1, z = 2, *args: T, k!, l!: U = 3, **kw) -> R {pass}",
        ),
        ("def f(a, *, b): pass", "def f(a, b!) {pass}"),
        ("def f[T, *Ts, U: int](a: T): pass", "def f[T, Ts, U](a: T) {pass}"),
        ("def f((a, b), c): pass", "def f(, c) {pass}"),
        ("class A: pass", "class A() {pass}"),
        ("@d\nclass A[T](B, metaclass=M, *c, **d):\n  x = 1", "@d class A[T](B, metaclass=M, *c, **d) {x = 1}"),
    ]);
}

#[test]
fn only_a_functions_own_yield_makes_a_generator() {
    check(&[
        ("def f():\n  x = yield", "generator f() {x = (yield)}"),
        ("def f():\n  yield from g()", "generator f() {(yield from g())}"),
        ("def f():\n  def g():\n    yield\n  return g", "def f() {generator g() {(yield)}; return g}"),
        ("def f():\n  return lambda: (yield)", "def f() {return (lambda : (yield))}"),
        ("def f():\n  if a:\n    (yield b)\n  def g(): pass", "generator f() {if a {(yield b)}; def g() {pass}}"),
    ]);
}

#[test]
fn spans_leave_out_parentheses_and_take_in_decorators() {
    let text = "x = ((a + b))\n@d\ndef f(): pass\n";
    let module = module(text);
    let spans: Vec<Span> = module.body.iter().map(|statement| statement.span).collect();
    assert_eq!(spans, [Span::new(0, 13), Span::new(14, 30)]);
    let StatementKind::Assign { value, .. } = &module.body[0].kind else { panic!("an assignment") };
    assert_eq!(value.span, Span::new(6, 11));
    let StatementKind::Function(function) = &module.body[1].kind else { panic!("a function") };
    assert_eq!((function.span, function.name_span), (Span::new(14, 30), Span::new(21, 22)));
}

#[test]
fn attribute_names_have_places_of_their_own() {
    let module = module("a.b.c");
    let StatementKind::Expression(whole) = &module.body[0].kind else { panic!("an expression") };
    let ExpressionKind::Attribute { value, name_span, .. } = &whole.kind else { panic!("an attribute") };
    assert_eq!((whole.span, value.span, *name_span), (Span::new(0, 5), Span::new(0, 3), Span::new(4, 5)));
}

#[test]
fn comments_are_collected_without_line_ends() {
    let text = "# one\r\nx = 1  # two\ndef f():\n    # three\n    pass\n'# no'\n(a, # four\n)";
    let module = module(text);
    let comments: Vec<&str> =
        module.comments.iter().map(|span| &text[span.start as usize..span.end as usize]).collect();
    assert_eq!(comments, ["# one", "# two", "# three", "# four"]);
}

#[test]
fn line_ends_of_every_kind_end_lines() {
    for end in ["\n", "\r\n", "\r"] {
        let text = ["if a:", "    b", "c"].join(end);
        check(&[(text.as_str(), "if a {b}; c")]);
    }
}

#[test]
fn an_error_costs_its_statement() {
    assert_eq!(broken("x = = 2\ny = 3\n"), ("ERROR; y = 3".to_owned(), vec!["="]));
    assert_eq!(broken("a = 1\nf(b c)\nd = 2\n"), ("a = 1; ERROR; d = 2".to_owned(), vec!["c"]));
    let (rendered, errors) = broken("def f(x):\n    y = foo(a b)\n    return x\n\ndef g(): pass\n");
    assert_eq!(rendered, "def f(x) {ERROR; return x}; def g() {pass}");
    assert_eq!(errors.len(), 1);
}

#[test]
fn an_error_in_a_head_costs_a_control_statement_but_not_a_definition() {
    assert_eq!(broken("if a b:\n    c\nd\n").0, "ERROR; d");
    let (rendered, errors) = broken("class A(B C):\n    def f(self): pass\nd\n");
    assert_eq!(rendered, "class A(*OPAQUE) {ERROR; def f(self) {pass}}; d");
    assert_eq!(errors.len(), 1);
}

#[test]
fn errors_are_never_silent_nor_longer_than_a_line() {
    for text in [
        "x = (",
        "def f(",
        "class",
        "'abc",
        "'''abc\ndef",
        "if x:\n",
        "@a\n",
        "a b\nc d\n",
        "x = [1,\ny = 2\n",
        "$",
        "?",
    ] {
        let module = module(text);
        assert!(!module.errors.is_empty(), "{text:?} is not Python");
        for error in &module.errors {
            let at = text.get(error.span.start as usize..error.span.end as usize).expect("a span of the text");
            assert!(!at.contains('\n'), "{text:?}: {at:?}");
        }
    }
}

#[test]
fn misplaced_patterns_are_errors() {
    assert_eq!(broken("x = (a as b)\n"), ("x = OPAQUE".to_owned(), vec!["a as b"]));
}

#[test]
fn what_lowering_cannot_read_is_an_error_too() {
    assert_eq!(broken("x = `a`\n"), ("x = OPAQUE".to_owned(), vec!["`a`"]));
}

#[test]
fn whole_statements_inside_an_error_are_kept() {
    let (rendered, errors) = broken("import a\nx = 1\ndef f():\n    return (\n");
    assert!(rendered.starts_with("import a; x = 1"), "{rendered}");
    assert_eq!(errors.len(), 1);
}
