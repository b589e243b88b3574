//! The incident that started this project, state by state: which findings, and which layer wins.

use readback::env::layers::{
    AppLayer, ComposeLayer, FileLayer, Layers, Reading, RunningLayer, SecretValue, TemplateLayer,
};
use readback::env::summary::{disk_equals_secrets, running_equals_disk};
use readback::env::{Cell, Layer, Matrix, Rules, compare};
use readback::evidence::Known;
use readback::guard::{Fingerprinter, Secret};
use std::collections::BTreeMap;

// Invented, and shaped like nothing that is issued anywhere.
const OLD_PASSWORD: &str = "oldpw-8c";
const NEW_PASSWORD: &str = "invented-db-value-of-32-letters!";
const CONF_PASSWORD: &str = "invented-conf-value-long-enough!";
const REDIS_PASSWORD: &str = "invented-redis-value";
const ACCESS_KEY: &str = "invented-access-id";
const SECRET_KEY: &str = "invented-secret-of-the-bucket";

const TEMPLATE: &str = "COMPOSE_PROJECT_NAME=odoo18-prod

# Database (REQUIRED)
# Secret: odoo18/prod/db-credentials
DB_HOST=
DB_PORT=5432
DB_USER=
DB_PASSWORD=
DB_SSLMODE=require

# Redis (REQUIRED)
REDIS_HOST=odoo18-prod-redis
REDIS_PASSWORD=

# S3 (REQUIRED)
# Secret: odoo18/prod/s3-credentials
ORG_S3_BUCKET=
ORG_S3_REGION=ap-northeast-1
ORG_S3_ACCESS_KEY=
ORG_S3_SECRET_KEY=

# OCR (OPTIONAL)
OCR_SERVICE_URL=
OCR_SERVICE_KEY=
";

const COMPOSE: &str = "services:
  web:
    image: odoo:18
    env_file: .env
    environment:
      USER: ${DB_USER}
      PASSWORD: ${DB_PASSWORD}
";

const COMPOSE_HARD: &str = "services:
  web:
    image: odoo:18
    env_file: .env
    environment:
      HOST: odoo18-prod-db
      USER: ${DB_USER}
      PASSWORD: ${DB_PASSWORD}
";

const S3: &str = "ORG_S3_BUCKET=odoo-files
ORG_S3_REGION=ap-northeast-1
ORG_S3_ACCESS_KEY=invented-access-id
ORG_S3_SECRET_KEY=invented-secret-of-the-bucket
";

const OCR: &str = "OCR_SERVICE_URL=http://ocr.internal:8080
OCR_SERVICE_KEY=invented-ocr-value
";

fn env(host: &str, password: &str, rest: &str) -> String {
    format!(
        "COMPOSE_PROJECT_NAME=odoo18-prod\nDB_HOST={host}\nDB_PORT=5432\nDB_USER=odoo\nDB_PASSWORD='{password}'\n\
         DB_SSLMODE=require\nREDIS_HOST=odoo18-prod-redis\nREDIS_PASSWORD={REDIS_PASSWORD}\n{rest}"
    )
}

fn conf(password: &str) -> String {
    format!("[options]\naddons_path = /mnt/extra-addons\n{password}\n")
}

fn secrets() -> Vec<SecretValue> {
    let of = |key: &str, value: &str, secret: &str| SecretValue {
        key: key.to_owned(),
        value: Secret::new(value),
        source: format!("odoo18/prod/{secret}"),
        version: None,
        changed_at: None,
    };
    vec![
        of("DB_HOST", "managed.db.internal", "db-credentials"),
        of("DB_PASSWORD", NEW_PASSWORD, "db-credentials"),
        of("ORG_S3_BUCKET", "odoo-files", "s3-credentials"),
        of("ORG_S3_ACCESS_KEY", ACCESS_KEY, "s3-credentials"),
        of("ORG_S3_SECRET_KEY", SECRET_KEY, "s3-credentials"),
    ]
}

fn rules() -> Rules {
    Rules::odoo()
}

fn compose(text: &str, env: &str) -> Reading<ComposeLayer> {
    let Reading::Read(file) = FileLayer::load(".env", env.as_bytes(), &|_: &str| None) else {
        return Reading::default();
    };
    let lookup = |key: &str| file.values.get(key).map(|found| found.value.expose().to_vec());
    let read = |path: &str| Ok((path == ".env").then(|| env.as_bytes().to_vec()));
    ComposeLayer::load("docker-compose.yml", text.as_bytes(), "web", "odoo18-prod", &lookup, &read)
}

/// The container as it was made from another state of the files.
fn running(compose_text: &str, env: &str) -> Reading<RunningLayer> {
    let Reading::Read(layer) = compose(compose_text, env) else { panic!("the running state is readable") };
    let value = |e: readback::env::compose::Effective| e.value.map(|value| (e.key, value));
    let environment = layer.environment.into_iter().filter_map(value).collect();
    Reading::Read(RunningLayer {
        container: "odoo18-prod-web".to_owned(),
        environment,
        image: Vec::new(),
        env_files: Vec::new(),
    })
}

fn layers(env: &str, compose_text: &str, conf: &str, running: Reading<RunningLayer>) -> Layers {
    Layers {
        template: TemplateLayer::load(".env.template", TEMPLATE.as_bytes()),
        file: FileLayer::load(".env", env.as_bytes(), &|_: &str| None),
        secrets: Reading::Read(secrets()),
        compose: compose(compose_text, env),
        app: AppLayer::load("odoo.conf", conf.as_bytes()),
        running,
        synced: readback::env::sync::LastSyncs::default(),
    }
}

fn judged(layers: &Layers) -> Matrix {
    compare(layers, &rules(), &Fingerprinter::new(&Secret::new("a key of the tests")))
}

/// Every finding above a note: `id key`.
fn found(matrix: &Matrix) -> Vec<String> {
    let of_rows = matrix.rows.iter().flat_map(|row| &row.findings);
    let serious = of_rows.chain(&matrix.findings).filter(|finding| finding.severity < readback::env::Severity::Note);
    serious.map(|finding| format!("{} {}", finding.id, finding.key.as_deref().unwrap_or("-"))).collect()
}

fn wins(matrix: &Matrix, key: &str) -> Option<String> {
    let row = matrix.rows.iter().find(|row| row.key == key).expect("a row");
    row.winner.as_ref().map(|(layer, place)| format!("{} {place}", layer.word()))
}

fn old_env() -> String {
    env("odoo18-prod-db", OLD_PASSWORD, &S3.replace("odoo-files", "old-bucket"))
}

#[test]
fn state_1_an_old_password_hides_behind_odoo_conf() {
    let state = layers(
        &old_env(),
        COMPOSE_HARD,
        &conf(&format!("db_password = {CONF_PASSWORD}")),
        running(COMPOSE_HARD, &old_env()),
    );
    let matrix = judged(&state);
    assert_eq!(wins(&matrix, "DB_PASSWORD").as_deref(), Some("app odoo.conf:3"));
    assert_eq!(wins(&matrix, "DB_HOST").as_deref(), Some("compose docker-compose.yml:6"));
    let want = [
        "differs_from_secret DB_HOST",
        "hardcoded_in_compose DB_HOST",
        "too_short DB_PASSWORD",
        "differs_from_secret DB_PASSWORD",
        "shadowed_by_app DB_PASSWORD",
        "differs_from_secret ORG_S3_BUCKET",
    ];
    assert_eq!(found(&matrix), want);
    let shadowed = matrix.rows.iter().flat_map(|row| &row.findings).find(|f| f.id == "shadowed_by_app").unwrap();
    assert_eq!(shadowed.text, "odoo.conf:3 overrides DB_PASSWORD");
    assert_eq!(running_equals_disk(&matrix), Known::Holds);
    assert_eq!(disk_equals_secrets(&matrix), Known::Broken("DB_HOST, DB_PASSWORD, ORG_S3_BUCKET".to_owned()));
}

#[test]
fn state_2_the_backup_of_10_34_still_has_the_s3_keys() {
    let backup =
        Layers { file: FileLayer::load(".env.backup", old_env().as_bytes(), &|_: &str| None), ..Layers::default() };
    let matrix = judged(&backup);
    let cell = |key: &str| matrix.rows.iter().find(|row| row.key == key).unwrap().cell(Layer::File).clone();
    assert!(matches!(cell("ORG_S3_BUCKET"), Cell::Value(shown) if shown.text.as_deref() == Some("old-bucket")));
    assert!(matches!(cell("ORG_S3_SECRET_KEY"), Cell::Value(shown) if shown.text.is_none()));
    assert_eq!(found(&matrix), ["too_short DB_PASSWORD"]);
    assert_eq!(wins(&matrix, "DB_PASSWORD"), None);
    assert!(matches!(running_equals_disk(&matrix), Known::Unknown(_)));
    assert!(matches!(disk_equals_secrets(&matrix), Known::Unknown(_)));
}

#[test]
fn state_3_a_hand_edit_loses_the_s3_keys_and_the_container_still_has_them() {
    let edited = env("odoo18-prod-db", OLD_PASSWORD, OCR);
    let state = layers(
        &edited,
        COMPOSE_HARD,
        &conf(&format!("db_password = {CONF_PASSWORD}")),
        running(COMPOSE_HARD, &old_env()),
    );
    let matrix = judged(&state);
    let found = found(&matrix);
    for key in ["ORG_S3_BUCKET", "ORG_S3_REGION", "ORG_S3_ACCESS_KEY", "ORG_S3_SECRET_KEY"] {
        assert!(found.contains(&format!("missing_required {key}")), "{found:?}");
        assert!(found.contains(&format!("running_differs_from_disk {key}")), "{found:?}");
    }
    assert!(found.contains(&"running_differs_from_disk OCR_SERVICE_KEY".to_owned()));
    assert!(matches!(running_equals_disk(&matrix), Known::Broken(_)));
}

#[test]
fn state_4_the_recreate_loads_the_hard_coded_host_and_no_s3_keys() {
    let edited = env("managed.db.internal", OLD_PASSWORD, OCR);
    let state =
        layers(&edited, COMPOSE_HARD, &conf(&format!("db_password = {CONF_PASSWORD}")), running(COMPOSE_HARD, &edited));
    let matrix = judged(&state);
    let found = found(&matrix);
    assert!(found.contains(&"hardcoded_in_compose DB_HOST".to_owned()), "{found:?}");
    assert!(found.contains(&"missing_required ORG_S3_SECRET_KEY".to_owned()), "{found:?}");
    assert!(!found.iter().any(|finding| finding.starts_with("running_differs")), "{found:?}");
    assert_eq!(wins(&matrix, "DB_HOST").as_deref(), Some("compose docker-compose.yml:6"));
    assert_eq!(wins(&matrix, "ORG_S3_BUCKET"), None);
    let row = matrix.rows.iter().find(|row| row.key == "DB_HOST").unwrap();
    let hard = row.findings.iter().find(|finding| finding.id == "hardcoded_in_compose").unwrap();
    assert_eq!(hard.place.as_ref().unwrap().to_string(), "docker-compose.yml:6");
    assert_eq!(running_equals_disk(&matrix), Known::Holds);
}

#[test]
fn state_5_the_database_is_mended_and_the_s3_keys_are_not() {
    let mended = env("managed.db.internal", NEW_PASSWORD, OCR);
    let state = layers(&mended, COMPOSE, &conf("; db_password = old"), running(COMPOSE, &mended));
    let matrix = judged(&state);
    assert_eq!(wins(&matrix, "DB_PASSWORD").as_deref(), Some("file .env:5"));
    assert_eq!(wins(&matrix, "DB_HOST").as_deref(), Some("file .env:2"));
    let want = [
        "missing_required ORG_S3_BUCKET",
        "differs_from_secret ORG_S3_BUCKET",
        "missing_required ORG_S3_REGION",
        "missing_required ORG_S3_ACCESS_KEY",
        "differs_from_secret ORG_S3_ACCESS_KEY",
        "missing_required ORG_S3_SECRET_KEY",
        "differs_from_secret ORG_S3_SECRET_KEY",
    ];
    assert_eq!(found(&matrix), want);
    assert_eq!(running_equals_disk(&matrix), Known::Holds);
    assert!(matches!(disk_equals_secrets(&matrix), Known::Broken(_)));
}

#[test]
fn state_6_all_is_mended_and_without_credentials_that_is_not_known() {
    let whole = env("managed.db.internal", NEW_PASSWORD, &format!("{S3}{OCR}"));
    let mut state = layers(&whole, COMPOSE, &conf("; db_password = old"), running(COMPOSE, &whole));
    let matrix = judged(&state);
    assert_eq!(found(&matrix), Vec::<String>::new());
    assert_eq!(running_equals_disk(&matrix), Known::Holds);
    assert_eq!(disk_equals_secrets(&matrix), Known::Holds);
    state.secrets = Reading::Unread("no AWS credentials on this host".to_owned());
    let matrix = judged(&state);
    assert_eq!(disk_equals_secrets(&matrix), Known::Unknown("secret: no AWS credentials on this host".to_owned()));
    assert!(matrix.findings.iter().any(|finding| finding.id == "layer_unread"));
    assert!(matrix.rows.iter().all(|row| *row.cell(Layer::Secret) == Cell::Unread));
    state.secrets = Reading::Read(Vec::new());
    assert_eq!(disk_equals_secrets(&judged(&state)), Known::NotCompared);
}

#[test]
fn rows_follow_the_template_then_the_file() {
    let text = env("h", NEW_PASSWORD, "EXTRA=1\nDB_PASWORD=2\n");
    let matrix = judged(&layers(&text, COMPOSE, &conf(""), Reading::default()));
    let keys: Vec<&str> = matrix.rows.iter().map(|row| row.key.as_str()).collect();
    assert_eq!(keys[..3], ["COMPOSE_PROJECT_NAME", "DB_HOST", "DB_PORT"]);
    assert_eq!(keys[keys.len() - 2..], ["EXTRA", "DB_PASWORD"]);
    assert_eq!(matrix.rows[1].section, "Database");
    assert!(matrix.rows[1].required && !matrix.rows[0].required);
}

#[test]
fn no_secret_value_nor_a_piece_of_it_is_in_the_matrix() {
    let canaries: BTreeMap<&str, &str> = BTreeMap::from([
        ("DB_PASSWORD", "kanariVogelDrei#77$x"),
        ("REDIS_PASSWORD", "zweiterKanariZeile9"),
        ("OCR_SERVICE_KEY", "dritterKanari~Gelb"),
        ("ORG_S3_SECRET_KEY", "vierterKanari/Blau"),
        ("UNKNOWN_THING", "fuenfterKanari Rot"),
    ]);
    let mut text = env("h", canaries["DB_PASSWORD"], "");
    text.extend(canaries.iter().map(|(key, value)| format!("{key}='{value}'\n")));
    text.push_str("DB_NAME='x zweiterKanariZeile9 y'\nREDIS_URL=redis://u:sechsterKanari@h/0\nsiebterKanariZeile\n");
    text.push_str("AB='x'achterKanariGruenXX7\nneunterKanariLetzteZeile");
    let compose = "services:\n  web:\n    environment:\n      - DB_PASSWORD=zehnterKanariHart\n      - 'OTHER=elfterKanariHart'\n";
    let conf = conf("db_password = zwoelfterKanari\n  mehrKanariGold");
    let mut state = layers(&text, compose, &conf, Reading::default());
    let env = vec![("DB_PASSWORD".to_owned(), Secret::new("dreizehnterKanari"))];
    state.running = Reading::Read(RunningLayer {
        container: "web".to_owned(),
        environment: env,
        image: Vec::new(),
        env_files: Vec::new(),
    });
    state.secrets = Reading::Read(vec![SecretValue {
        key: "DB_PASSWORD".to_owned(),
        value: Secret::new("vierzehnterKanari"),
        source: "db".to_owned(),
        version: None,
        changed_at: None,
    }]);
    let matrix = judged(&state);
    let out = format!("{matrix:?}{}{state:?}", serde_json::to_string(&matrix).unwrap());
    assert!(matrix.rows.iter().any(|row| row.findings.iter().any(|f| f.id == "duplicate_key")));
    let more = "sechsterKanari siebterKanariZeile achterKanariGruenXX7 neunterKanariLetzteZeile zehnterKanariHart \
                elfterKanariHart zwoelfterKanari mehrKanariGold dreizehnterKanari vierzehnterKanari";
    for value in canaries.values().copied().chain(more.split_whitespace()) {
        for piece in value.as_bytes().windows(8).map(|piece| std::str::from_utf8(piece).unwrap()) {
            assert!(!out.contains(piece), "a piece of {value} leaks");
        }
    }
}
