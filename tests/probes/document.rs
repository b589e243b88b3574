//! `docs/probes.md` says what the kinds are.

use readback::probes::{KINDS, Options, document};

#[test]
fn the_page_on_probes_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/probes.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, document()).unwrap();
    }
    let page = std::fs::read_to_string(path).unwrap_or_default();
    assert!(page == document(), "docs/probes.md is old: UPDATE_DOCS=1 cargo test --test probes document::");
}

#[test]
fn every_kind_documents_exactly_the_options_it_takes() {
    for about in KINDS {
        let table = toml::Deserializer::parse("no_such_option = 1").unwrap();
        let error = Options::parse(about.name, table).unwrap().unwrap_err();
        // serde says: unknown field `no_such_option`, expected one of `name`, `host`
        let message = error.message().to_owned();
        let (_, expected) = message.split_once("expected").unwrap();
        let taken: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
        let documented: Vec<&str> = about.options.iter().map(|option| option.name).collect();
        assert_eq!(taken, documented, "{}", about.name);
    }
}

#[test]
fn every_kind_says_what_a_pass_means_and_what_it_can_not_see() {
    for about in KINDS {
        for text in [about.asks, about.pass_means, about.blind_to] {
            assert!(text.ends_with('.') && text.len() > 20, "{}: {text}", about.name);
        }
    }
}
