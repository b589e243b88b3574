//! What the guard catches and what it lets through. Every secret here is made up at run time.

use proptest::prelude::*;
use readback::guard::Secret;
use readback::guard::scan::{KnownValues, scan};

const ALNUM: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const BASE64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const HEX: &str = "0123456789abcdef";
const BASE32: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
const DIGITS: &str = "0123456789";

/// A small generator, so that every run makes the same fakes.
struct Fake(u64);

impl Fake {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn of(&mut self, alphabet: &str, length: usize) -> String {
        (0..length).map(|_| char::from(alphabet.as_bytes()[self.next() as usize % alphabet.len()])).collect()
    }
}

/// Every kind of structured fake, with the detector that has to name it; any may where there is no name.
fn fakes(fake: &mut Fake) -> Vec<(&'static str, String)> {
    let key = |label: &str, body: String| {
        let dashes = "-".repeat(5);
        format!("{dashes}BEGIN {label}PRIVATE KEY{dashes}\n{body}\n{dashes}END {label}PRIVATE KEY{dashes}\n")
    };
    let segment = |fake: &mut Fake, length| format!("{}{}", ["e", "yJ"].concat(), fake.of(ALNUM, length));
    vec![
        ("pem_private_key", key("RSA ", fake.of(BASE64, 256))),
        ("pem_private_key", key("", fake.of(BASE64, 128))),
        ("pem_private_key", key("OPENSSH ", fake.of(BASE64, 256))),
        ("jwt", format!("{}.{}.{}", segment(fake, 20), segment(fake, 60), fake.of(ALNUM, 43))),
        ("aws_access_key_id", format!("{}{}", ["AK", "IA"].concat(), fake.of(BASE32, 16))),
        ("aws_access_key_id", format!("{}{}", ["AS", "IA"].concat(), fake.of(BASE32, 16))),
        ("github_token", format!("{}{}", ["gh", "p_"].concat(), fake.of(ALNUM, 36))),
        ("github_token", format!("{}{}", ["github", "_pat_"].concat(), fake.of(ALNUM, 82))),
        ("gitlab_token", format!("{}{}", ["gl", "pat-"].concat(), fake.of(ALNUM, 20))),
        (
            "slack_token",
            format!("{}{}-{}-{}", ["xo", "xb-"].concat(), fake.of(DIGITS, 11), fake.of(DIGITS, 11), fake.of(ALNUM, 24)),
        ),
        ("stripe_key", format!("{}{}", ["sk", "_live_"].concat(), fake.of(ALNUM, 24))),
        ("google_api_key", format!("{}{}", ["AI", "za"].concat(), fake.of(ALNUM, 35))),
        ("npm_token", format!("{}{}", ["np", "m_"].concat(), fake.of(ALNUM, 36))),
        ("pypi_token", format!("{}{}", ["py", "pi-AgEI"].concat(), fake.of(ALNUM, 80))),
        ("openai_key", format!("{}{}", ["sk", "-proj-"].concat(), fake.of(ALNUM, 48))),
        ("anthropic_key", format!("{}{}", ["sk", "-ant-api03-"].concat(), fake.of(ALNUM, 90))),
        ("sendgrid_key", format!("{}{}.{}", ["S", "G."].concat(), fake.of(ALNUM, 22), fake.of(ALNUM, 43))),
        ("telegram_bot_token", format!("{}:AA{}", fake.of("123456789", 9), fake.of(ALNUM, 33))),
        ("vault_token", format!("{}{}", ["hv", "s."].concat(), fake.of(ALNUM, 24))),
        ("twilio_key", format!("{}{}", ["S", "K"].concat(), fake.of(HEX, 32))),
        ("password_hash", format!("{}{}", ["$2", "b$12$"].concat(), fake.of(ALNUM, 53))),
        ("url_password", format!("{}://odoo:{}@db.internal:5432/prod", ["post", "gres"].concat(), fake.of(ALNUM, 12))),
        ("url_password", format!("redis://:{}@cache:6379/0", fake.of(LOWER, 5))),
        ("authorization_header", format!("Authorization: Bearer {}", fake.of(ALNUM, 24))),
        ("authorization_header", format!("curl -H 'authorization: Basic {}='", fake.of(BASE64, 19))),
        ("cookie", format!("Cookie: session={}; tz=Asia/Taipei", fake.of(HEX, 32))),
        ("secret_assignment", format!("DB_PASSWORD={}", fake.of(ALNUM, 10))),
        ("secret_assignment", format!("admin_passwd = {}", fake.of(LOWER, 6))),
        ("secret_assignment", format!("{{\"db_password\": \"{}\"}}", fake.of(LOWER, 8))),
        ("secret_assignment", format!("{{\\\"api_key\\\": \\\"{}\\\"}}", fake.of(ALNUM, 16))),
        ("secret_assignment", format!("smtp_password: {}", fake.of(LOWER, 7))),
        ("secret_assignment", format!("資料庫密碼：{}", fake.of(ALNUM, 9))),
        ("secret_assignment", format!("we saw api_key={} in the shell history", fake.of(ALNUM, 16))),
        ("secret_assignment", format!("SECRET_KEY={}", fake.of(HEX, 64))),
        ("secret_assignment", format!("X-Api-Key: {}", fake.of(HEX, 32))),
        ("", format!("aws_secret_access_key = {}", fake.of(BASE64, 40))),
        ("command_line_secret", format!("restic --password {}7x", fake.of(LOWER, 8))),
        ("command_line_secret", format!("mysql -uodoo -p{} prod", fake.of(ALNUM, 10))),
        ("command_line_secret", format!("machine db login odoo password {}", fake.of(LOWER, 9))),
        ("docker_auth", format!("{{\"auth\": \"{}=\"}}", fake.of(BASE64, 31))),
        (
            "webhook_url",
            format!(
                "https://{}T{}/B{}/{}",
                ["hooks.slack", ".com/services/"].concat(),
                fake.of(ALNUM, 8),
                fake.of(ALNUM, 8),
                fake.of(ALNUM, 24)
            ),
        ),
    ]
}

#[test]
fn every_kind_of_fake_is_caught_bare_and_inside_a_sentence() {
    let mut fake = Fake(20_260_204);
    let (mut missed, mut all) = (Vec::new(), 0);
    for _ in 0..20 {
        for (detector, text) in fakes(&mut fake) {
            for text in [text.clone(), format!("值班 note,\n{text}\nend of note 結束")] {
                all += 1;
                if !scan(&text).iter().any(|hit| detector.is_empty() || hit.detector == detector) {
                    missed.push((detector, text));
                }
            }
        }
    }
    // Random letters may come out as a word or without a digit now and then.
    assert!(missed.len() * 200 <= all, "{} of {all} missed: {:#?}", missed.len(), &missed[..missed.len().min(8)]);
}

#[test]
fn nothing_known_but_random_is_caught_by_its_entropy() {
    let mut fake = Fake(7);
    let missed = (0..1000).filter(|_| {
        let text = format!("the value was {} in the dump", fake.of(BASE64, 40));
        scan(&text).is_empty()
    });
    let missed = missed.count();
    assert!(missed <= 40, "{missed} of 1000");
}

#[test]
fn a_hit_covers_the_value_and_not_the_name() {
    let mut fake = Fake(3);
    let value = fake.of(ALNUM, 14);
    let text = format!("資料 DB_PASSWORD={value} # set");
    let hits = scan(&text);
    assert_eq!(hits.len(), 1);
    assert_eq!(&text[hits[0].offset..hits[0].end()], value);
}

const INNOCENT: &[&str] = &[
    "commit 4b825dc642cb6eb9a060e54bf8d69288fbee4904 was deployed at 03:12",
    "fixed by 9f86d081 and reverted in 2c26b46",
    "review 0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b, incident INC-2031",
    "image odoo@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "digest 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 matches",
    "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:odoo18/prod/db-AbCdEf",
    "integrity sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==",
    "host key SHA256:uNiVztksCsDhcc0u9e8BrqDnDyyP5mnZDnZFbqNxSTE (ED25519)",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ7Lq0Yb2kqfDXbq3Hc4p1o8g7x2Zb9Z5Jm4Qk3Tn6Ws deploy",
    "see https://docs.google.com/document/d/1A2b3C4d5E6f7G8h9I0jK1lM2nO3pQ4rS5tU6vW7xY8z/edit",
    "https://grafana.internal:3000/d/aB3xY9kQz/odoo?from=now-6h&to=now",
    "https://example.slack.com/archives/C024BE91L/p1700000000000100",
    "http://web-1:8069/web/login answered 200 in 41 ms",
    "postgres://odoo:${DB_PASSWORD}@db:5432/prod",
    "postgres://odoo:***@db:5432/prod",
    "postgres://odoo@db:5432/prod",
    "DB_PASSWORD=*** (len=20 fp=ab12cd)",
    "DB_PASSWORD=${DB_PASSWORD:?required}",
    "password: rotated at 10:04 by the platform team",
    "The password was wrong in the secret, and the token expired.",
    "Password: see vault",
    "secret: odoo18/prod/db",
    "token_count=5120 max_token=4096 password_policy=strict",
    "pass: 28, fail: 0, unknown: 0",
    "passwords differ: template ≠ running",
    "密碼：已輪換，由平台組處理",
    "值班人員於 03:12 重啟資料庫，03:20 恢復；通知已送出。",
    "資料庫連線字串指向錯誤的主機，等待輪換後再重啟。",
    "/usr/lib/x86_64-linux-gnu/libssl.so.3 and /etc/systemd/system/odoo18-prod.service",
    "2026-01-02T03:04:05.678901234Z",
    "2026-01-02 03:04 alert\n2026-01-02 03:10 restart\n2026-01-02 03:20 recovered\n2026-01-02 03:31 told everyone",
    "03:04:05 alert fired\n03:10:00 restart by infra on-call\n03:20:11 recovered",
    "host_service_post_incident_readback:odoo18-prod-compose-stack-and-reverse-proxy-v2",
    "no_false_green_route_or_container, ready_for_host_service_post_incident_review",
    "HostServicePostIncidentReadbackPlanReadyNoRuntimeAction2026",
    "AKIAIOSFODNN7EXAMPLE is the example id of the manual",
    "sk-ant-colony-size-estimates-for-the-forest-behind-the-house",
    "keys compared: DB_PASSWORD, SMTP_PASSWORD, S3_SECRET_KEY, SESSION_TOKEN",
    "container 3f4e5d6c7b8a restarted 4 times; StartedAt 2026-01-02T03:04:05Z",
    "Docker: active; socket ok; 0 failed units; restart policy unless-stopped",
    "services: web, db, redis; ports: 8069 and 8072 agree with the proxy",
    "error budget: 99.95 %, burn 2.1x; p99 = 410 ms",
    "costs $12 and $1,200; env $HOME and $PATH",
    "x = y; a == b; c != d; url ratio 3:2",
    "Access-Control-Allow-Origin: *; Content-Type: application/json; charset=utf-8",
    "etag: \"33a64df551425fcc55e4d42a148795d9f25f89d4\"",
    "-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQYDVQQGEwJJ\nRTESMBAGA1UEChMJQmFsdGltb3JlMRMwEQYDVQQLEwpDeWJlclRydXN0MSIwIAYD\n-----END CERTIFICATE-----",
    "runbook: docs/runbooks/ROTATE-DB-CREDENTIALS.md#after-the-restart",
    "token: missing, secret: unset, password: ********",
    "author: alice, author_token: none",
    "the secret: DB_NAME=postgres, but the template says odoo",
    "PuTTY-User-Key-File- is how such a file begins",
    "credentials: {",
];

#[test]
fn innocent_lines_are_let_through() {
    let caught: Vec<_> = INNOCENT.iter().filter(|text| !scan(text).is_empty()).map(|text| (scan(text), text)).collect();
    assert!(caught.is_empty(), "{caught:#?}");
}

#[test]
fn generated_ids_are_let_through() {
    let mut fake = Fake(11);
    for _ in 0..500 {
        let uuid = [8, 4, 4, 4, 12].map(|length| fake.of(HEX, length)).join("-");
        let arn = format!("arn:aws:ecs:eu-west-1:{}:task/prod/{}", fake.of(DIGITS, 12), fake.of(HEX, 32));
        let lines = [
            format!("commit {}", fake.of(HEX, 40)),
            format!("task {uuid} on ip-10-0-{}-{}", fake.of(DIGITS, 2), fake.of(DIGITS, 2)),
            format!("sha256:{}", fake.of(HEX, 64)),
            format!("ghcr.io/odoo/web@sha256:{} tag 18.{}", fake.of(HEX, 64), fake.of(DIGITS, 3)),
            format!("pod odoo-{}-{} restarted", fake.of(&format!("{LOWER}{DIGITS}"), 9), fake.of(LOWER, 5)),
            arn,
        ];
        for line in lines {
            assert!(scan(&line).is_empty(), "{line}: {:?}", scan(&line));
        }
    }
}

#[test]
fn pasted_payloads_are_known_by_their_shape() {
    let cases: &[(&str, &str)] = &[
        ("env_dump", "PATH=/usr/bin\nHOME=/root\nLANG=C.UTF-8\n"),
        ("env_dump", "declare -x HOME=\"/root\"\ndeclare -x PGHOST=\"db\"\ndeclare -x PGPORT=\"5432\""),
        ("env_dump", "PATH=/usr/bin\0HOME=/root\0LANG=C\0"),
        (
            "raw_log",
            "2026-01-02 03:04:05,678 1 INFO prod odoo.http: up\n2026-01-02 03:04:06,001 1 ERROR prod odoo.sql: down\n2026-01-02 03:04:07,100 1 INFO prod x: y\n",
        ),
        (
            "raw_log",
            "db-1  | 2026-01-02 03:04:05.678 UTC [1] LOG:  starting\ndb-1  | 2026-01-02 03:04:05.679 UTC [1] LOG:  listening\ndb-1  | 2026-01-02 03:04:06.000 UTC [1] FATAL:  no\n",
        ),
        (
            "raw_log",
            "10.0.0.1\n[2026-01-02T03:04:05Z] WARN a\n[2026-01-02T03:04:06Z] INFO b\n[2026-01-02T03:04:07Z] ERROR c",
        ),
        (
            "journal",
            "Jan 02 03:04:05 web-1 systemd[1]: Started odoo.\nJan 02 03:04:06 web-1 odoo[812]: up\nJan 02 03:04:07 web-1 kernel: oom",
        ),
        ("journal", "-- Journal begins at Mon 2026-01-02 03:04:05 UTC. --\n"),
        ("compose_file", "services:\n  web:\n    image: odoo:18\n    ports:\n      - 8069:8069\n"),
        ("systemd_unit", "[Unit]\nDescription=Odoo\n[Service]\nExecStart=/usr/bin/odoo\n"),
        ("host_config", "[options]\ndb_host = db\ndb_port = 5432\nworkers = 4\n"),
        ("container_inspect", "    \"Env\": [\n        \"A=b\"\n    ],"),
        ("container_listing", "CONTAINER ID   IMAGE     COMMAND   CREATED\n3f4e5d6c7b8a   odoo:18   \"/entry\"  2h"),
    ];
    for (detector, text) in cases {
        assert!(scan(text).iter().any(|hit| hit.detector == *detector), "{detector}: {:?}", scan(text));
    }
}

#[test]
fn one_quoted_line_is_evidence_and_no_paste() {
    assert!(scan("2026-01-02 03:04:05,678 1 ERROR prod odoo.sql_db: bad query (redacted)").is_empty());
    assert!(scan("LANG=C.UTF-8 was missing").is_empty());
}

#[test]
fn a_shape_does_not_hide_the_secret_in_it() {
    let mut fake = Fake(5);
    let text = format!("A_HOST=db\nA_PORT=5432\nA_PASSWORD={}\n", fake.of(ALNUM, 12));
    let names: Vec<_> = scan(&text).iter().map(|hit| hit.detector).collect();
    assert_eq!(names, ["env_dump", "secret_assignment"]);
}

fn known(values: &[&str]) -> KnownValues {
    let values: Vec<Secret> = values.iter().map(|value| Secret::new(*value)).collect();
    KnownValues::new(&Secret::new("a key of this test"), &values)
}

fn base64(bytes: &[u8]) -> String {
    let alphabet = BASE64.as_bytes();
    let groups = bytes.chunks(3).map(|group| {
        let word = group.iter().enumerate().fold(0_u32, |word, (at, byte)| word | u32::from(*byte) << (16 - 8 * at));
        (0..4)
            .map(|at| if at <= group.len() { char::from(alphabet[(word >> (18 - 6 * at) & 63) as usize]) } else { '=' })
            .collect::<String>()
    });
    groups.collect()
}

fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from(HEX.as_bytes()[usize::from(value)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn percent(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(*byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

#[test]
fn known_values_and_their_pieces_are_found_in_every_encoding() {
    let mut fake = Fake(13);
    for length in [8, 9, 12, 20, 33, 64] {
        let value = fake.of(&format!("{ALNUM}!@/ +"), length);
        let known = known(&[&value]);
        let bytes = value.as_bytes();
        for from in 0..=length - 8 {
            for to in [from + 8, length] {
                let part = &bytes[from..to];
                let plain = String::from_utf8(part.to_vec()).unwrap();
                for before in ["", "a", "ab"] {
                    let inside = [before.as_bytes(), part, b"zz"].concat();
                    for text in [plain.clone(), hex(part), hex(part).to_uppercase(), percent(part), base64(&inside)] {
                        let text = format!("資料 {text} 資料");
                        assert!(!known.find(&text).is_empty(), "{length} bytes, {from}..{to}");
                    }
                }
            }
        }
    }
}

#[test]
fn short_known_values_are_found_whole_only() {
    let known = known(&["hunter2", "abc"]);
    assert_eq!(known.find("the pw is hunter2.").len(), 1);
    assert!(known.find("hunter2000 and hunter").is_empty());
    assert!(known.find("abc").is_empty(), "three bytes are no secret");
}

#[test]
fn of_a_known_url_the_password_counts_and_not_the_host() {
    let url = format!("postgresql://odoo:{}@db.internal:5432/prod", "Tr0ub4dor-and-3");
    let known = known(&[&url]);
    assert!(known.find("postgresql on db.internal:5432/prod is fine").is_empty());
    assert_eq!(known.find("it was Tr0ub4dor-and-3").len(), 1);
    assert!(format!("{known:?}").starts_with("KnownValues("));
}

#[test]
fn the_digest_of_a_known_value_is_as_telling_as_the_value() {
    let known = known(&["correct horse battery"]);
    let digest = readback::guard::digest_bytes(b"correct horse battery");
    assert_eq!(known.find(&format!("sha256 {digest}")).len(), 1);
}

/// Text with everything that could upset a scanner by bytes.
fn texts() -> impl Strategy<Value = String> {
    const BEGINNINGS: &[&str] = &[
        "password=",
        "：密碼：",
        "://",
        "Cookie: a=",
        "Jan 02 03:04:05 ",
        "Mon 2026-01-02 03:04:05.",
        "03:04:05 ERROR",
        "[ERROR] ",
        "<30>[ 1.",
        "mysql -p",
        "curl -u é:",
        "--password \"",
        "IDENTIFIED BY '",
        "login a\npassword ",
        "db:5432:a:b:",
        "</password>",
        "- name: TOKEN\n  value: ",
        "é資🦀",
        "\n",
        "\n  ",
        "services:\n  web:\n    deploy:",
        "server é {",
        "listen é;",
        "max_x = é",
        "odoo:x:1:1:é:",
        "frontend x\n  bind é",
        "Active: active (é",
        "-A INPUT -é",
        "*/5 * * * * é",
        "tcp é:1 é:2",
        "NAME STATUS AGE\né",
        "web 1/1 É",
        "  at a.b(é",
        "Namespace:   é",
        "\"Env\": [",
        "> ",
        "| ",
        "web-1 | ",
        "&#233;",
        "&#x",
        "&amp",
        "\\u00e9",
        "\\x",
        "\\37",
        "%C3%A9",
        "%u00e9",
        "=C3=",
        "=\r\n",
        "''",
        "\0",
        "0x61,",
        "97 ",
        "C3A9",
        "QUFB",
        "MFRGG",
    ];
    let pieces = prop_oneof![
        3 => "[a-zA-Z0-9_=:/+\"'$@.\\- \n]{0,24}",
        2 => "\\PC{0,12}",
        6 => proptest::sample::select(BEGINNINGS).prop_map(str::to_owned),
        1 => Just(["-----BEGIN ", "PRIVATE KEY-----"].concat()),
        1 => Just(["e", "yJ"].concat()),
    ];
    proptest::collection::vec(pieces, 0..16).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_scan_never_panics_and_its_hits_lie_on_characters(text in texts()) {
        let known = known(&["é資🦀 password", "aaaaaaaa", "password=x", "abcé"]);
        for hit in scan(&text).into_iter().chain(known.find(&text)) {
            prop_assert!(hit.len > 0 && text.get(hit.offset..hit.end()).is_some(), "{hit:?} in {} bytes", text.len());
        }
    }

    #[test]
    fn what_is_caught_alone_is_caught_among_other_lines(before in "[a-z ,.]{0,20}", after in "[a-z ,.]{0,20}", seed: u64) {
        let (detector, text) = fakes(&mut Fake(seed)).swap_remove(6);
        let text = format!("{before}\n{text}\n{after}");
        prop_assert!(scan(&text).iter().any(|hit| hit.detector == detector));
    }
}

#[test]
fn repetitive_text_is_scanned_with_bounded_work_per_byte() {
    // A quadratic scan of these takes minutes and fails by the test runner's patience.
    let pieces = [
        "sk-",
        "a=",
        "://",
        "://@",
        "eyJa.",
        "$2b$",
        "password:",
        "Jan ",
        "ZXlK",
        "-----BEGIN PRIVATE KEY",
        "AAAAAAAAA:AA",
    ];
    for piece in pieces {
        let text = piece.repeat(65_536 / piece.len());
        let _ = scan(&text);
    }
}

#[test]
fn known_values_are_looked_for_with_bounded_work_per_byte() {
    // Signs of escapes that are none, escapes that never end, escapes of escapes, rows that are nearly numbers or
    // nearly a code, and a value that is everywhere.
    let pieces = [
        "&#",
        "&#0",
        "&#x",
        "&amp;amp;amp;",
        "%25",
        "\\",
        "\\\"\"\"",
        "'\\''",
        "%41\\u0041&#65;=41''$$",
        "=4",
        "=\n",
        "0",
        ";",
        "1;",
        "0x",
        "97, ",
        "61 62:63-0x64,",
        "0141 ",
        "A",
        "a7\n",
        "QUFB\n",
        "\0",
        "a known value of length",
        "YSBrbm93biB2YWx1ZSBvZiBsZW5ndGg",
    ];
    let known = known(&["a known value of length", "&#0&#0&#0", "short"]);
    for piece in pieces {
        let text = piece.repeat(131_072 / piece.len());
        let _ = known.find(&text);
    }
}
