//! Two files of 1,000 to 1,000,000 lines, compared; and one that is read alone.
#![allow(clippy::expect_used, reason = "a benchmark that can't go on should say so")]

use divan::Bencher;
use divan::counter::BytesCount;
use readback::env::diff::Diff;
use readback::env::dotenv;
use std::fmt::Write;

fn main() {
    divan::main();
}

/// Lines of the kinds that real files have; in the second file one in a hundred has another value.
fn lines(many: usize, is_second: bool) -> String {
    let mut text = String::with_capacity(many * 48);
    for n in 0..many {
        let other = if is_second && n % 100 == 7 { "b" } else { "a" };
        let _ = match n % 10 {
            0 => writeln!(text, "# section {n}"),
            1 => writeln!(text, "APP_SETTING_{n}=\"a quoted value {n} {other}\""),
            2 => writeln!(text, "APP_SETTING_{n}='a literal {n} {other}'"),
            3 => writeln!(text, "export APP_SETTING_{n}=exported-{n}-{other}"),
            4 => writeln!(text, "APP_SETTING_{n}=value-{n}-{other} # a comment"),
            _ => writeln!(text, "APP_SETTING_{n}=value-of-{n}-{other}"),
        };
    }
    text
}

#[divan::bench(args = [1_000, 100_000, 1_000_000], sample_count = 10)]
fn of_two_files(bencher: Bencher<'_, '_>, many: usize) {
    let (left, right) = (lines(many, false), lines(many, true));
    bencher.counter(BytesCount::new(left.len() + right.len())).bench(|| {
        let diff = Diff::of(left.as_bytes(), right.as_bytes(), &|_: &str| None).expect("both are accepted");
        diff.changes().count()
    });
}

#[divan::bench(args = [1_000, 100_000, 1_000_000], sample_count = 10)]
fn parse_alone(bencher: Bencher<'_, '_>, many: usize) {
    let text = lines(many, false);
    bencher
        .counter(BytesCount::new(text.len()))
        .bench(|| dotenv::parse(text.as_bytes()).expect("it is accepted").entries().len());
}
