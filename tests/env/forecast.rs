//! What a restart and a recreate would do, from layers in memory: what breaks, what is not known, and what is only
//! worth a word.

use readback::env::forecast::{Forecast, Host, Safety, Way, forecast};
use readback::env::hosts::Asked;
use readback::env::layers::{
    AppLayer, ComposeLayer, FileLayer, Layers, Reading, RunningLayer, SecretValue, TemplateLayer,
};
use readback::env::rules::{AppRules, Shadowing};
use readback::env::{Matrix, Rules, compare_with_hosts};
use readback::evidence::Known;
use readback::guard::{Fingerprinter, Secret};

// Invented, and shaped like nothing that is issued anywhere.
const TEMPLATE: &str = "# Database (REQUIRED)\nDB_HOST=\nDB_PASSWORD=\n\n# Mail (OPTIONAL)\nSMTP_HOST=\n";
const FILE: &str = "DB_HOST=db.example\nDB_PASSWORD=invented-value-of-some-length\nSMTP_HOST=smtp.example\n";
const COMPOSE: &str = "services:\n  web:\n    image: odoo:18\n    env_file: .env\n";

fn running(text: &str) -> Reading<RunningLayer> {
    let pairs = text.lines().filter_map(|line| line.split_once('='));
    let environment = pairs.map(|(key, value)| (key.to_owned(), Secret::new(value))).collect();
    Reading::Read(RunningLayer { container: "web".to_owned(), environment, image: Vec::new(), env_files: Vec::new() })
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
        synced: readback::env::sync::LastSyncs::default(),
    }
}

fn whole() -> Layers {
    layers(TEMPLATE, FILE, "[options]\n")
}

fn judged(layers: &Layers) -> (Matrix, Vec<Asked>) {
    let app = AppRules {
        section: "options".to_owned(),
        options: vec![("db_password".to_owned(), "DB_PASSWORD".to_owned())],
        shadowing: Shadowing::OdooEntrypoint,
    };
    let rules = Rules { app: Some(app), ..Rules::default() };
    compare_with_hosts(layers, &rules, &Fingerprinter::new(&Secret::new("a key of the tests")))
}

/// Every host as it is said here, after both ways of starting again.
fn looked(asked: Vec<Asked>, of: impl Fn(&str) -> Known) -> Vec<Host> {
    asked.into_iter().map(|asked| Host { resolves: of(&asked.key), key: asked.key, way: asked.way }).collect()
}

/// The names that are looked up for a key, by way; `?` where none may be.
fn names(layers: &Layers, key: &str) -> Vec<(Way, String)> {
    let name = |asked: &Asked| {
        let name = asked.name.as_ref().map_or(&b"?"[..], |name| name.expose());
        String::from_utf8_lossy(name).into_owned()
    };
    let asked = judged(layers).1;
    asked.iter().filter(|asked| asked.key == key).map(|asked| (asked.way, name(asked))).collect()
}

fn foretold(layers: &Layers, of: impl Fn(&str) -> Known) -> Forecast {
    let (matrix, asked) = judged(layers);
    forecast(&matrix, &looked(asked, of))
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
    let wanted = [(Way::Restart, "old-db.example".to_owned()), (Way::Recreate, "db.example".to_owned())];
    assert_eq!(names(&moved, "DB_HOST"), wanted);
}

#[test]
fn a_host_that_only_a_secret_names_is_looked_up_and_told_by_its_key_alone() {
    // What the next sync puts into the file, a recreate then loads.
    let mut absent = layers(TEMPLATE, &FILE.replace("DB_HOST=db.example\n", ""), "[options]\n");
    absent.secrets = Reading::Read(vec![secret("DB_HOST", "db.secret.example")]);
    assert_eq!(names(&absent, "DB_HOST"), [(Way::Recreate, "db.secret.example".to_owned())]);
    let asked = judged(&absent).1;
    assert!(asked.iter().all(|asked| asked.key != "DB_HOST" || asked.masked), "{asked:?}");
    let told = foretold(&absent, |_| Known::Broken("it has no address".to_owned()));
    let text = format!("{told:?}");
    assert!(text.contains("its host does not resolve") && !text.contains("secret.example"), "{text}");
    // The file has it from the secret: it is masked, and looked up all the same.
    let mut both = whole();
    both.secrets = Reading::Read(vec![secret("DB_HOST", "db.example")]);
    assert_eq!(names(&both, "DB_HOST").len(), 2);
    let told = foretold(&both, |_| Known::Holds);
    assert_eq!((told.restart.safety, told.recreate.safety), (Safety::Safe, Safety::Safe));
}

#[test]
fn the_hosts_of_addresses_are_looked_up_without_who_logs_in() {
    let login = ["postgres://odoo:invented", "-word@pg.example:5432/odoo"].concat();
    let more = format!("{FILE}OCR_URL=https://ocr.example/v2\nS3_ENDPOINT=minio:9000\nPG_DSN={login}\nWEB_URL=/web\n");
    let with = layers(TEMPLATE, &more, "[options]\n");
    for (key, host) in [("OCR_URL", "ocr.example"), ("S3_ENDPOINT", "minio"), ("PG_DSN", "pg.example")] {
        assert_eq!(names(&with, key), [(Way::Restart, host.to_owned()), (Way::Recreate, host.to_owned())], "{key}");
    }
    assert_eq!(names(&with, "WEB_URL"), []);
    let told = foretold(&with, |key| if key == "PG_DSN" { Known::Broken("gone".to_owned()) } else { Known::Holds });
    assert!(keys(&told.recreate.safety).contains(&"PG_DSN"), "{told:?}");
}

#[test]
fn a_password_in_the_place_of_a_host_is_not_sent_to_a_name_server() {
    let wrong = FILE.replace("db.example", &["AKIA", "INVENTED0000TEST"].concat());
    assert_eq!(names(&layers(TEMPLATE, &wrong, "[options]\n"), "DB_HOST")[1], (Way::Recreate, "?".to_owned()));
    let told = foretold(&layers(TEMPLATE, &wrong, "[options]\n"), |_| Known::NotCompared);
    assert!(matches!(told.recreate.safety, Safety::Unknown(_)), "{told:?}");
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
