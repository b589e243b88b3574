//! The laws that the fuzz target holds for any bytes, over the corpus that it left: what it once found stays found, and
//! the target keeps compiling, without a fuzzer.

#[path = "../../fuzz/src/laws.rs"]
mod laws;

use std::path::Path;

/// Every input that the fuzzer kept.
fn corpus() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/env");
    let files = std::fs::read_dir(folder).expect("the corpus is kept");
    files.map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
}

#[test]
fn every_input_of_the_corpus_keeps_the_laws() {
    let corpus = corpus();
    assert!(corpus.len() >= 100, "{} inputs are no corpus", corpus.len());
    for input in &corpus {
        laws::hold(input);
    }
}

/// The control: each grammar is reached, so that a law which asks nothing is seen.
#[test]
fn the_corpus_has_inputs_for_each_grammar() {
    let corpus = corpus();
    for choice in 0..laws::GRAMMARS {
        let of_it = corpus.iter().filter(|input| input.first().is_some_and(|first| first % laws::GRAMMARS == choice));
        assert!(of_it.count() >= 5, "grammar {choice}");
    }
}
