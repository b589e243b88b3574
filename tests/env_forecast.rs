//! What a restart and a recreate would do, from layers in memory: what breaks, what is not known, and what is only
//! worth a word.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use readback::env::forecast::{Forecast, Host, Safety, Way, forecast, hosts};
use readback::env::layers::{
    AppLayer, ComposeLayer, FileLayer, Layers, Reading, RunningLayer, SecretValue, TemplateLayer,
};
use readback::env::rules::{AppRules, Shadowing};
use readback::env::{Matrix, Rules, compare};
use readback::evidence::Known;
use readback::guard::{Fingerprinter, Secret};

// Invented, and shaped like nothing that is issued anywhere.
const TEMPLATE: &str = "# Database (REQUIRED)\nDB_HOST=\nDB_PASSWORD=\n\n# Mail (OPTIONAL)\nSMTP_HOST=\n";
const FILE: &str = "DB_HOST=db.example\nDB_PASSWORD=invented-value-of-some-length\nSMTP_HOST=smtp.example\n";
const COMPOSE: &str = "services:\n  web:\n    image: odoo:18\n    env_file: .env\n";

fn running(text: &str) -> Reading<RunningLayer> {
    let pairs = text.lines().filter_map(|line| line.split_once('='));
    let environment = pairs.map(|(key, value)| (key.to_owned(), Secret::new(value))).collect();
    Reading::Read(RunningLayer { container: "web".to_owned(), environment, image: Vec::new() })
}

fn secret(key: &str, value: &str) -> SecretValue {
    SecretValue {
        key: key.to_owned(),
        value: Secret::new(value),
        source: "shop/db password".to_owned(),
        version: None,
        changed_at: None,
    }
}

fn layers(template: &str, file: &str, app: &str) -> Layers {
    let project = |_: &str| None;
    let read = |path: &str| Ok((path == ".env").then(|| file.as_bytes().to_vec()));
    Layers {
        template: TemplateLayer::load(".env.template", template.as_bytes()),
        file: FileLayer::load(".env", file.as_bytes(), &|_: &str| None),
        secrets: Reading::Read(vec![secret("DB_PASSWORD", "invented-value-of-some-length")]),
        compose: ComposeLayer::load("docker-compose.yml", COMPOSE.as_bytes(), "web", "shop", &project, &read),
        app: AppLayer::load("odoo.conf", app.as_bytes()),
        running: running(file),
    }
}

fn whole() -> Layers {
    layers(TEMPLATE, FILE, "[options]\n")
}

fn judged(layers: &Layers) -> Matrix {
    let app = AppRules {
        section: "options".to_owned(),
        options: vec![("db_password".to_owned(), "DB_PASSWORD".to_owned())],
        shadowing: Shadowing::OdooEntrypoint,
    };
    let rules = Rules { app: Some(app), ..Rules::default() };
    compare(layers, &rules, &Fingerprinter::new(&Secret::new("a key of the tests")))
}

/// Every host as it is said here, after both ways of starting again.
fn looked(matrix: &Matrix, of: impl Fn(&str) -> Known) -> Vec<Host> {
    let host = |(key, way, _): (String, Way, Option<String>)| Host { resolves: of(&key), key, way };
    hosts(matrix).into_iter().map(host).collect()
}

fn foretold(layers: &Layers, of: impl Fn(&str) -> Known) -> Forecast {
    let matrix = judged(layers);
    forecast(&matrix, &looked(&matrix, of))
}

fn keys(safety: &Safety) -> Vec<&str> {
    safety.reasons().iter().map(readback::env::forecast::Reason::short).collect()
}

#[test]
fn what_is_whole_and_resolves_is_safe_both_ways() {
    let told = foretold(&whole(), |_| Known::Holds);
    assert_eq!((told.restart.safety, told.recreate.safety), (Safety::Safe, Safety::Safe));
    assert_eq!((told.restart.kept, told.recreate.kept), (Some(3), Some(3)));
}

#[test]
fn an_optional_host_that_leads_nowhere_breaks_nothing_and_is_told() {
    let of = |key: &str| match key {
        "SMTP_HOST" => Known::Broken("smtp.example has no address".to_owned()),
        _ => Known::Holds,
    };
    let told = foretold(&whole(), of);
    assert_eq!((&told.restart.safety, &told.recreate.safety), (&Safety::Safe, &Safety::Safe));
    for outcome in [&told.restart, &told.recreate] {
        assert_eq!(outcome.notes[0].key.as_deref(), Some("SMTP_HOST"));
        assert!(outcome.notes[0].text.contains("has no address"));
    }
}

#[test]
fn a_required_host_that_leads_nowhere_breaks_and_one_that_nobody_can_look_up_is_not_known() {
    let broken = foretold(&whole(), |_| Known::Broken("gone".to_owned()));
    assert_eq!((keys(&broken.restart.safety), keys(&broken.recreate.safety)), (vec!["DB_HOST"], vec!["DB_HOST"]));
    let unknown = foretold(&whole(), |_| Known::Unknown("no name server".to_owned()));
    assert!(matches!(&unknown.restart.safety, Safety::Unknown(why) if why[0].short() == "DB_HOST"));
}

#[test]
fn without_marks_and_for_keys_that_the_template_does_not_know_every_host_counts() {
    let unmarked = layers("DB_HOST=\nSMTP_HOST=\nDB_PASSWORD=\n", FILE, "[options]\n");
    let told = foretold(&unmarked, |_| Known::Broken("gone".to_owned()));
    assert_eq!(keys(&told.recreate.safety), ["DB_HOST", "SMTP_HOST"]);
    let more = format!("{FILE}LDAP_HOST=ldap.example\n");
    let told = foretold(&layers(TEMPLATE, &more, "[options]\n"), |_| Known::Broken("gone".to_owned()));
    assert_eq!(keys(&told.recreate.safety), ["DB_HOST", "LDAP_HOST"]);
}

#[test]
fn a_restart_asks_for_the_name_that_runs_and_a_recreate_for_the_one_on_disk() {
    let mut moved = whole();
    moved.running = running(&FILE.replace("db.example", "old-db.example"));
    let asked = hosts(&judged(&moved));
    let of = |way: Way| {
        let found = asked.iter().find(|(key, of, _)| key == "DB_HOST" && *of == way);
        found.unwrap().2.clone().unwrap()
    };
    assert_eq!((of(Way::Restart).as_str(), of(Way::Recreate).as_str()), ("old-db.example", "db.example"));
}

#[test]
fn where_what_runs_is_unread_nobody_says_how_many_keys_are_kept() {
    let mut unread = whole();
    unread.running = Reading::Unread("the engine does not answer".to_owned());
    let told = foretold(&unread, |_| Known::Holds);
    assert_eq!((told.restart.kept, told.recreate.kept), (None, None));
    assert_eq!(keys(&told.restart.safety), ["running: the engine does not answer"]);
    assert_eq!(told.recreate.safety, Safety::Safe);
}

#[test]
fn an_old_password_that_the_applications_own_file_hides_breaks_nothing_until_that_line_goes() {
    let old = FILE.replace("invented-value-of-some-length", "oldpw-8c");
    let hidden = layers(TEMPLATE, &old, "[options]\ndb_password = invented-value-of-some-length\n");
    let told = foretold(&hidden, |_| Known::Holds);
    assert_eq!((&told.restart.safety, &told.recreate.safety), (&Safety::Safe, &Safety::Safe));
    let note = &told.recreate.notes[0];
    assert!(note.text.starts_with("only odoo.conf:2 keeps this from breaking"), "{note:?}");
    // Without the line both ways break, and neither without the secret manager's word can be called safe.
    let bare = foretold(&layers(TEMPLATE, &old, "[options]\n; db_password = x\n"), |_| Known::Holds);
    assert_eq!((keys(&bare.restart.safety), keys(&bare.recreate.safety)), (vec!["DB_PASSWORD"], vec!["DB_PASSWORD"]));
    let wrong = layers(TEMPLATE, &old, "[options]\ndb_password = another-invented-value\n");
    let told = foretold(&wrong, |_| Known::Holds);
    assert_eq!((keys(&told.restart.safety), keys(&told.recreate.safety)), (vec!["DB_PASSWORD"], vec!["DB_PASSWORD"]));
    let mut unread = hidden;
    unread.secrets = Reading::Unread("no credentials".to_owned());
    let told = foretold(&unread, |_| Known::Holds);
    assert!(matches!(told.restart.safety, Safety::Unknown(_)));
    assert_eq!(keys(&told.recreate.safety), ["DB_PASSWORD"]);
}
