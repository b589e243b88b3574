//! readback.toml: every shape loads, every mistake says where it is and what is allowed, no message
//! repeats a value, and the documentation and the example keep up.

use readback::config::{
    self, ColorMode, ConfigError, Found, Origin, SecretSource, discover, flag, load, overrides, read_layers, read_seed,
};
use readback::probes::KINDS;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let folder = Path::new(ROOT).join("tests/fixtures/config").join(folder);
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

fn stack(text: &str) -> (Origin, String) {
    (Origin::Stack("readback.toml".into()), text.to_owned())
}

fn error_of(text: &str) -> ConfigError {
    load(&[stack(text)]).expect_err("this has a mistake in it")
}

fn example() -> PathBuf {
    Path::new(ROOT).join("examples/odoo18-prod")
}

#[test]
fn every_valid_file_loads() {
    for path in files("valid", "toml") {
        if let Err(error) = load(&[stack(&fs::read_to_string(&path).unwrap())]) {
            panic!("{}: {error}", path.display());
        }
    }
}

#[test]
fn every_mistake_has_its_message() {
    let mut wrong = Vec::new();
    for path in files("invalid", "toml") {
        let said = error_of(&fs::read_to_string(&path).unwrap()).to_string();
        let expected = fs::read_to_string(path.with_extension("txt")).unwrap();
        if said != expected.trim_end() {
            wrong.push(format!("{}\n  said     {said}\n  expected {expected}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_message_repeats_a_value_or_takes_more_than_one_line() {
    for path in files("invalid", "toml") {
        let error = error_of(&fs::read_to_string(&path).unwrap());
        for said in [error.to_string(), format!("{error:?}")] {
            assert!(!said.to_lowercase().contains("canary"), "{}: {said}", path.display());
            assert!(!said.chars().any(char::is_control), "{}: {said}", path.display());
        }
    }
}

#[test]
fn an_error_has_its_parts_for_a_screen_that_wants_them() {
    let error = error_of("[stack]\nname = \"shop\"\n\n[store]\nurll = \"memory:\"\n");
    assert_eq!((error.file.as_str(), error.line, error.column), ("readback.toml", 5, 1));
    assert_eq!(error.allowed, ["url", "password_env"]);
    assert_eq!(error.suggestion.as_deref(), Some("url"));
}

#[test]
fn what_nobody_set_is_the_default() {
    let config = load(&[stack("[stack]\nname = \"shop\"\n")]).unwrap();
    assert_eq!(config.store.url.expose(), "sqlite:");
    assert!(config.store.url.is_embedded());
    assert_eq!(config.display.color, ColorMode::Auto);
    assert_eq!(config.display.timezone.name(), "local");
    assert_eq!(config.env.file, Path::new(".env"));
    assert!(config.review.snapshot.ends_with("host-service-change-evidence-acceptance.snapshot.json"));
    assert_eq!(config.origins.of("store.url"), &Origin::Default);
    assert_eq!(config.origins.of("stack.name"), &Origin::Stack("readback.toml".into()));
}

#[test]
fn a_probe_has_its_kinds_defaults_and_counts_unless_it_says_no() {
    let text = "[stack]\nname = \"shop\"\n\n[[probe]]\nid = \"a\"\nkind = \"docker\"\n\n[[probe]]\nid = \"b\"\nkind = \"docker\"\nevery = \"2s\"\nrequired = false\n";
    let config = load(&[stack(text)]).unwrap();
    let about = KINDS.iter().find(|about| about.name == "docker").unwrap();
    let (a, b) = (&config.probes[0], &config.probes[1]);
    assert_eq!((a.every, a.timeout, a.half_life), (about.every, about.timeout, about.half_life));
    assert!(a.required && !b.required);
    assert_eq!(b.timeout, about.timeout.min(Duration::from_secs(2)), "a probe ends before it starts again");
}

#[test]
fn the_rules_of_a_stack_are_what_its_file_tunes_over_the_defaults() {
    let text = fs::read_to_string(Path::new(ROOT).join("tests/fixtures/config/valid/env-rules.toml")).unwrap();
    let secret = "[[secret]]\nid = \"db\"\nsource = \"file\"\npath = \"x\"\nkeys = { h = \"DB_HOST\" }\n";
    let config = load(&[stack(&(text + secret))]).unwrap();
    let rules = config.env.rules(&config.secrets);
    assert_eq!(
        (rules.length("DB_PASSWORD"), rules.length("A_PASSWORD"), rules.length("A")),
        ((20, 32), (12, 12), (0, 0))
    );
    assert_eq!(rules.known_bad, ["0123ab", "0123456789abcdef"]);
    assert_eq!((rules.readers.len(), rules.given), (5, vec!["DB_HOST".to_owned()]));
    let tuned: Vec<_> = rules.tune.iter().map(|tune| (tune.id.as_str(), tune.severity, tune.keys.len())).collect();
    assert_eq!(tuned, [("unknown_key", None, 1), ("file_too_open", Some(readback::env::Severity::Note), 0)]);
    let none = load(&[stack("[stack]\nname = \"shop\"\n")]).unwrap();
    assert_eq!(none.env.rules(&[]).length("DB_PASSWORD"), (20, 32));
}

#[test]
fn a_later_layer_wins_key_by_key_and_each_value_knows_its_layer() {
    let user = Origin::User("/home/u/.config/readback/readback.toml".into());
    let layers = [
        (
            Origin::System("/etc/readback/readback.toml".into()),
            "[display]\ntheme = \"day\"\ncolor = \"16\"\n".to_owned(),
        ),
        (user.clone(), "[display]\ntheme = \"night\"\n[[probe]]\nid = \"web\"\nkind = \"docker\"\n".to_owned()),
        stack(
            "[stack]\nname = \"shop\"\n[[probe]]\nid = \"web\"\nkind = \"tcp\"\nhost = \"h\"\nport = \"1\"\n[[probe]]\nid = \"d\"\nkind = \"docker\"\n",
        ),
        overrides(|name| (name == "READBACK_STACK_ENVIRONMENT").then(|| "te\"st".to_owned())).remove(0),
        flag("--color", "display.color", "mono"),
    ];
    let config = load(&layers).unwrap();
    assert_eq!(config.display.theme, "night");
    assert_eq!(config.origins.of("display.theme"), &user);
    assert_eq!(config.display.color, ColorMode::Mono);
    assert_eq!(config.origins.of("display.color"), &Origin::Flag("--color".to_owned()));
    assert_eq!(config.stack.environment.as_deref(), Some("te\"st"));
    assert_eq!(config.origins.of("stack.environment"), &Origin::Environment("READBACK_STACK_ENVIRONMENT".to_owned()));
    let probes: Vec<_> = config.probes.iter().map(|probe| (probe.id.0.as_str(), probe.options.about().name)).collect();
    assert_eq!(probes, [("web", "tcp"), ("d", "docker")], "the same id is replaced as a whole");
    assert_eq!(config.origins.of("probe.web"), &Origin::Stack("readback.toml".into()));
}

#[test]
fn a_mistake_in_a_variable_or_a_flag_is_said_of_it() {
    let variable = overrides(|name| (name == "READBACK_STORE_URL").then(|| "canary".to_owned())).remove(0);
    let said = load(&[stack("[stack]\nname = \"shop\"\n"), variable]).unwrap_err().to_string();
    assert_eq!(
        said,
        "READBACK_STORE_URL: \"url\" in [store]: not a store; use sqlite:, sqlite:PATH, postgres://… or memory:"
    );
    let said = load(&[stack("[stack]\nname = \"shop\"\n"), flag("--color", "display.color", "moon")]);
    assert!(said.unwrap_err().to_string().starts_with("--color: \"color\" in [display]: unknown color; did you mean"));
}

#[test]
fn a_mistake_in_a_lower_layer_points_into_that_layer() {
    let system = (Origin::System("/etc/readback/readback.toml".into()), "\n\n[display]\ncolor = 3\n".to_owned());
    let error = load(&[system, stack("[stack]\nname = \"shop\"\n")]).unwrap_err();
    assert_eq!((error.file.as_str(), error.line, error.column), ("/etc/readback/readback.toml", 4, 9));
}

#[test]
fn debug_of_a_whole_configuration_shows_no_password() {
    let text = "[stack]\nname = \"shop\"\n[store]\nurl = \"postgres://rb:canary@db.example/x?password=canary\"\n";
    assert!(!format!("{:?}", load(&[stack(text)]).unwrap()).contains("canary"));
}

#[test]
fn a_stack_is_found_in_the_folder_above_it_or_by_its_name() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().canonicalize().unwrap();
    let deep = root.join("scripts/deep");
    fs::create_dir_all(&deep).unwrap();
    let Found::None(tried) = discover(&deep, None) else { panic!("there is no stack yet") };
    assert_eq!(tried[0], deep.join("readback.toml"));
    assert!(tried.contains(&root.join("readback.toml")));
    let file = root.join("readback.toml");
    fs::write(&file, "").unwrap();
    assert_eq!(discover(&deep, None), Found::Stack(file.clone()));
    assert_eq!(discover(Path::new("/"), Some(&root)), Found::Stack(file.clone()));
    assert_eq!(discover(Path::new("/"), Some(&file)), Found::Stack(file));
    assert_eq!(discover(&deep, Some(&deep)), Found::None(vec![deep.join("readback.toml")]));
}

#[test]
fn a_file_that_is_too_large_binary_or_open_to_all_is_refused_with_a_reason() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("readback.toml");
    let said = |bytes: &[u8]| {
        fs::write(&file, bytes).unwrap();
        read_layers(&file, None).unwrap_err().message
    };
    assert_eq!(said(&vec![b'#'; 1024 * 1024 + 1]), "larger than 1 MiB");
    assert_eq!(said(b"\xff\xfe"), "not UTF-8 text");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o666)).unwrap();
    assert!(said(b"").starts_with("everybody may write it"));
    assert!(read_layers(dir.path(), None).unwrap_err().message.contains("not a file"));
    assert!(read_layers(&dir.path().join("none"), None).unwrap_err().message.starts_with("can't be read"));
}

#[test]
fn the_users_file_is_a_layer_below_the_stacks() {
    let dir = tempfile::tempdir().unwrap();
    let user = dir.path().join("readback/readback.toml");
    fs::create_dir_all(user.parent().unwrap()).unwrap();
    fs::write(&user, "[display]\ntheme = \"night\"\n").unwrap();
    let layers = read_layers(&example().join("readback.toml"), Some(dir.path())).unwrap();
    let config = load(&layers).unwrap();
    assert_eq!(config.display.theme, "default", "the stack's file says so");
    assert!(layers.iter().any(|(origin, _)| *origin == Origin::User(user.clone())));
}

#[test]
fn the_example_loads_and_its_files_are_there() {
    let config = load(&read_layers(&example().join("readback.toml"), None).unwrap()).unwrap();
    assert_eq!(config.stack.name, "odoo18-prod");
    let kinds: std::collections::BTreeSet<_> = config.probes.iter().map(|probe| probe.options.about().name).collect();
    assert_eq!(kinds.len(), 6, "every kind of the first release: {kinds:?}");
    let mut named = vec![config.env.file, config.review.snapshot];
    named.extend([config.env.template, config.env.compose, config.timeline.seed].into_iter().flatten());
    named.extend(config.env.app.map(|app| app.file));
    for secret in &config.secrets {
        let SecretSource::File(file) = &secret.source else { panic!("the example needs no cloud") };
        let fields: serde_json::Value = serde_json::from_slice(&fs::read(example().join(&file.path)).unwrap()).unwrap();
        assert!(secret.keys.keys().all(|field| fields[field].is_string()), "{}", secret.id);
        named.push(file.path.clone());
    }
    for path in named {
        assert!(example().join(&path).is_file(), "{}", path.display());
    }
}

#[test]
fn the_examples_history_is_rows_that_alert_operation_log_takes() {
    let rows = read_seed(&example().join("events.jsonl")).unwrap();
    let ids: std::collections::BTreeSet<_> = rows.iter().map(|row| row.row.id.clone()).collect();
    assert_eq!(ids.len(), rows.len(), "every id once");
    assert!(rows.windows(2).all(|pair| pair[0].created_at < pair[1].created_at), "in order");
    for row in rows.iter().map(|row| &row.row) {
        assert_eq!(row.id.len(), 36);
        assert!(row.incident_id.as_ref().is_some_and(|id| id.len() <= 30));
        assert!(row.actor.as_ref().is_some_and(|actor| actor.len() <= 100));
        assert!(row.action_detail.as_ref().is_some_and(|detail| detail.chars().count() <= 200));
        assert!(row.context.is_object());
    }
}

#[test]
fn the_example_stands_where_the_incident_was_at_its_worst() {
    let read = |name: &str| fs::read_to_string(example().join(name)).unwrap();
    let value = |text: &str, key: &str| {
        let line = text.lines().find(|line| line.starts_with(&format!("{key}=")))?.to_owned();
        line.split_once('=').map(|(_, value)| value.to_owned())
    };
    let (env, before) = (read(".env"), read(".env.backup-before-ocr-central-20260202-103434"));
    assert!(env.lines().count() > 40);
    assert_eq!(value(&env, "DB_PASSWORD").map(|password| password.len()), Some(8));
    for key in ["CAPSULE_S3_BUCKET", "CAPSULE_S3_REGION", "CAPSULE_S3_ACCESS_KEY", "CAPSULE_S3_SECRET_KEY"] {
        assert_eq!(value(&env, key), None, "{key} is lost");
        assert_eq!(value(&read(".env.backup.20260204_082611"), key), None, "{key} was lost before 08:26");
        assert!(value(&before, key).is_some(), "{key} was there at 10:34");
        assert!(value(&read(".env.template"), key).is_some());
    }
    assert!(read("docker-compose.yml").lines().any(|line| line.trim() == "HOST: odoo18-prod-db"));
    let secret: serde_json::Value = serde_json::from_str(&read("secrets/db-credentials.json")).unwrap();
    let password = secret["password"].as_str().unwrap();
    assert_eq!(password.len(), 32);
    assert!(read("odoo.conf").lines().any(|line| line == format!("db_password = {password}")), "it hides the old one");
}

#[test]
fn what_asks_docker_needs_the_one_docker_probe_of_its_endpoint() {
    let needs = |probes: &str| {
        let config = load(&[stack(&format!("[stack]\nname = \"shop\"\n{probes}"))]).unwrap();
        let web = config.probes.iter().find(|probe| probe.id.0 == "web").unwrap();
        web.needs.iter().map(|need| need.0.clone()).collect::<Vec<_>>()
    };
    let docker = |id: &str, more: &str| format!("[[probe]]\nid = \"{id}\"\nkind = \"docker\"\n{more}\n");
    let web = |more: &str| format!("[[probe]]\nid = \"web\"\nkind = \"container\"\nname = \"web\"\n{more}\n");
    let far = "host = \"tcp://10.0.0.7:2375\"";
    assert_eq!(needs(&(web("") + &docker("engine", ""))), ["engine"]);
    assert_eq!(needs(&(web("needs = [\"engine\"]") + &docker("engine", ""))), ["engine"], "once");
    assert_eq!(needs(&(web("") + &docker("a", "") + &docker("b", ""))), [""; 0], "which of the two?");
    assert_eq!(needs(&(web(far) + &docker("near", "") + &docker("far", far))), ["far"]);
    assert_eq!(needs(&(web("") + &docker("far", far))), [""; 0]);
    assert_eq!(needs(&(web("") + &docker("engine", "needs = [\"web\"]"))), [""; 0], "that would be a circle");
}

#[test]
fn the_engine_and_maintenance_are_read_with_their_tags_and_their_zone() {
    let text = fs::read_to_string(Path::new(ROOT).join("tests/fixtures/config/valid/engine-and-maintenance.toml"));
    let config = load(&[stack(&(text.unwrap() + "[display]\ntimezone = \"+08:00\"\n"))]).unwrap();
    assert_eq!((config.limits.at_once, config.limits.per_kind), (64, 32));
    let [nightly, once] = config.maintenance.as_slice() else { panic!("two windows") };
    let ids = |window: &readback::evidence::maintenance::Window| {
        window.probes.clone().map(|probes| probes.into_iter().map(|id| id.0).collect::<Vec<_>>())
    };
    assert_eq!(ids(nightly), Some(vec!["docker".to_owned(), "web".to_owned()]));
    assert_eq!(ids(once), None);
    let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap();
    assert_eq!(nightly.open_until(at("2026-02-03T16:00:00Z")), Some(at("2026-02-03T16:30:00Z")));
    assert_eq!(once.open_until(at("2026-02-03T18:00:00Z")), Some(at("2026-02-03T20:00:00Z")));
}

/// What stands under a heading, up to the next.
fn section<'a>(doc: &'a str, heading: &str) -> &'a str {
    let (_, rest) = doc.split_once(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("no heading {heading}"));
    rest.split("\n#").next().unwrap_or(rest)
}

#[test]
fn the_documentation_names_every_key_where_it_belongs() {
    let doc = fs::read_to_string(Path::new(ROOT).join("docs/configuration.md")).unwrap();
    let head = "[stack]\nname = \"shop\"\n";
    let mut asked = vec![
        ("## Top level".to_owned(), String::new(), format!("zzz = 1\n{head}")),
        ("## `[stack]`".to_owned(), String::new(), format!("{head}zzz = 1\n")),
    ];
    for (level, table) in [
        ("##", "store"),
        ("##", "display"),
        ("##", "env"),
        ("##", "engine"),
        ("##", "review"),
        ("##", "timeline"),
        ("##", "notify"),
        ("##", "ingest"),
        ("##", "backfill"),
        ("###", "backfill.incidents"),
        ("##", "guard"),
        ("###", "env.app"),
        ("###", "env.rules"),
    ] {
        asked.push((format!("{level} `[{table}]`"), String::new(), format!("{head}[{table}]\nzzz = 1\n")));
    }
    let webhook = "[notify.webhook]\nurl = \"$HOOK\"\nzzz = 1\n";
    asked.push(("## `[notify]`".to_owned(), String::new(), format!("{head}{webhook}")));
    let tune = "[[env.rules.tune]]\nid = \"unknown_key\"\nseverity = \"off\"\nreason = \"x\"\nzzz = 1\n";
    asked.push(("### `[[env.rules.tune]]`".to_owned(), String::new(), format!("{head}{tune}")));
    let expect = "[[timeline.expect]]\nid = \"x\"\nzzz = 1\n";
    asked.push(("### `[[timeline.expect]]`".to_owned(), String::new(), format!("{head}{expect}")));
    let allow = "[[guard.allow]]\npattern = \"a\"\nreason = \"x\"\nzzz = 1\n";
    asked.push(("### `[[guard.allow]]`".to_owned(), String::new(), format!("{head}{allow}")));
    let window = "[[maintenance]]\nfrom = \"02:00\"\nuntil = \"03:00\"\nwhy = \"x\"\nzzz = 1\n";
    asked.push(("## `[[maintenance]]`".to_owned(), String::new(), format!("{head}{window}")));
    for kind in KINDS.iter().map(|about| about.name) {
        let text = format!("{head}[[probe]]\nid = \"a\"\nkind = \"{kind}\"\nzzz = 1\n");
        asked.push(("## `[[probe]]`".to_owned(), format!("### `{kind}`"), text));
    }
    for source in ["aws", "command", "file"] {
        let keys = "keys = { a = \"A\" }";
        let text = format!("{head}[[secret]]\nid = \"a\"\nsource = \"{source}\"\n{keys}\nzzz = 1\n");
        asked.push(("## `[[secret]]`".to_owned(), String::new(), text));
    }
    for (heading, own, text) in asked {
        let mut explained = section(&doc, &heading).to_owned();
        if !own.is_empty() {
            explained.push_str(section(&doc, &own));
        }
        let allowed = error_of(&text).allowed;
        assert!(!allowed.is_empty(), "{text}");
        for key in allowed {
            assert!(explained.contains(&format!("`{key}`")), "{heading} {own} does not explain `{key}`");
        }
    }
    assert!(doc.contains("READBACK_STORE_URL") && doc.contains(config::FILE_NAME));
}

#[test]
fn what_the_guard_lets_through_needs_a_pattern_that_says_something_and_a_reason() {
    let head = "[stack]\nname = \"shop\"\n[[guard.allow]]\n";
    let entry = "detector = \"high_entropy\"\npattern = \"bld_[0-9A-Za-z]{20}\"\nreason = \"ids of builds\"\n";
    let config = load(&[stack(&format!("{head}{entry}"))]).unwrap();
    assert_eq!(config.guard.allowed()[0].reason(), "ids of builds");
    for (wrong, at, says) in [
        ("pattern = \".*\"\nreason = \"x\"\n", ":4:", "fits anything"),
        ("pattern = \"a(\"\nreason = \"x\"\n", ":4:", "regular expression"),
        ("pattern = \"a\"\nreason = \" \"\n", ":5:", "no reason"),
        ("pattern = \"a\"\nreason = \"x\"\ndetector = \"known_value\"\n", ":6:", "not a detector"),
        ("pattern = \"a\"\n", ":3:", "reason"),
    ] {
        let error = load(&[stack(&format!("{head}{wrong}"))]).unwrap_err().to_string();
        assert!(error.contains(at) && error.contains(says), "{error}");
    }
}

mod properties {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_text_loads_or_is_refused_in_one_line(text in "\\PC{0,200}|([a-z\\[\\]=\"'{},.# \\n\\\\0-9]{0,200})") {
            if let Err(error) = load(&[stack(&text)]) {
                prop_assert!(!error.to_string().chars().any(char::is_control));
            }
        }

        #[test]
        fn a_file_that_breaks_off_anywhere_never_repeats_a_value(cut in 0usize..2000) {
            let text = "[stack]\nname = \"shop\"\n[store]\nurl = \"postgres://rb:canary@h/x\"\npassword_env = 'canary'\n[env.rules]\nplain = [\"canary\", 1]\nmin_length = { A = \"canary\" }\n";
            let cut = text.get(..cut % (text.len() + 1)).unwrap_or(text);
            if let Err(error) = load(&[stack(cut)]) {
                let whole = format!("{error} {error:?}");
                prop_assert!(!whole.contains("canar"), "{whole}");
            }
        }
    }
}
