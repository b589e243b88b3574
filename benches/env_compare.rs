//! Reading and comparing the layers of a configuration, from bytes to findings.
#![allow(clippy::expect_used, reason = "a benchmark that can't go on should say so")]

use divan::Bencher;
use readback::config::{self, Origin};
use readback::env::layers::{AppLayer, ComposeLayer, FileLayer, TemplateLayer};
use readback::env::{Layers, Matrix, Rules, compare};
use readback::guard::{Fingerprinter, Secret};
use std::fmt::Write;

const CONFIG: &str = include_str!("../examples/odoo18-prod/readback.toml");
const TEMPLATE: &str = include_str!("../examples/odoo18-prod/.env.template");
const FILE: &str = include_str!("../examples/odoo18-prod/.env");
const COMPOSE: &str = include_str!("../examples/odoo18-prod/docker-compose.yml");
const APP: &str = include_str!("../examples/odoo18-prod/odoo.conf");

fn main() {
    divan::main();
}

fn read(template: &str, file: &str) -> Layers {
    let file_layer = FileLayer::load(".env", file.as_bytes(), &|_: &str| None);
    let lookup = |key: &str| file_layer.read()?.values.get(key).map(|found| found.value.expose().to_vec());
    let env_file = |path: &str| Ok((path == ".env").then(|| file.as_bytes().to_vec()));
    Layers {
        template: TemplateLayer::load(".env.template", template.as_bytes()),
        compose: ComposeLayer::load("docker-compose.yml", COMPOSE.as_bytes(), "web", "odoo18-prod", &lookup, &env_file),
        app: AppLayer::load("odoo.conf", APP.as_bytes()),
        file: file_layer,
        ..Layers::default()
    }
}

fn compared(template: &str, file: &str, rules: &Rules) -> Matrix {
    judged(&read(template, file), rules)
}

fn judged(layers: &Layers, rules: &Rules) -> Matrix {
    compare(layers, rules, &Fingerprinter::new(&Secret::new("a key of the benchmark")))
}

fn rules() -> Rules {
    let sources = [(Origin::Stack("readback.toml".into()), CONFIG.to_owned())];
    let config = config::load(&sources).expect("the example loads");
    config.env.rules(&config.secrets)
}

/// Keys and values of no meaning, masked all of them.
fn lines(many: usize) -> String {
    (0..many).fold(String::new(), |mut text, n| {
        let _ = writeln!(text, "SETTING_{n}={n:08}-a-value");
        text
    })
}

/// The stack in examples/.
#[divan::bench]
fn of_the_example(bencher: Bencher<'_, '_>) {
    let rules = rules();
    bencher.bench(|| compared(TEMPLATE, FILE, &rules));
}

/// The template names every key.
#[divan::bench(args = [1_000, 100_000], sample_count = 10)]
fn of_lines_that_are_known(bencher: Bencher<'_, '_>, many: usize) {
    let (text, rules) = (lines(many), rules());
    bencher.bench(|| compared(&text, &text, &rules));
}

/// The template of the example, which names none of the keys.
#[divan::bench(args = [1_000, 100_000], sample_count = 10)]
fn of_lines_that_are_unknown(bencher: Bencher<'_, '_>, many: usize) {
    let (text, rules) = (lines(many), rules());
    bencher.bench(|| compared(TEMPLATE, &text, &rules));
}

/// The comparison alone, all layers read: the template names every key.
#[divan::bench(args = [1_000, 10_000, 100_000], sample_count = 10)]
fn alone(bencher: Bencher<'_, '_>, many: usize) {
    let text = lines(many);
    let (layers, rules) = (read(&text, &text), rules());
    bencher.bench(|| judged(&layers, &rules));
}

/// The comparison alone, where half of the values are secrets that start alike, and each of the others begins, at
/// every place, as all of them do.
#[divan::bench(args = [1_000, 10_000, 100_000], sample_count = 10)]
fn alone_of_values_that_start_alike(bencher: Bencher<'_, '_>, many: usize) {
    let start = "a".repeat(56);
    let text = (0..many / 2).fold(String::new(), |mut text, n| {
        let _ = writeln!(text, "SECRET_{n}={start}{n:08}\nPLAIN{n}_HOST={start}");
        text
    });
    let (layers, rules) = (read(&text, &text), rules());
    bencher.bench(|| judged(&layers, &rules));
}
