//! The environment of a service, against what Docker Compose answered.

use crate::vectors::{map, vectors};
use readback::env::compose::{self, Origin};
use readback::env::dotenv;
use serde_json::{Map, Value};

/// What `docker compose config` says of the project, or `None` where it refuses it.
fn config(vector: &Value) -> Option<Value> {
    let (env, files) = (map(&vector["env"]), map(&vector["files"]));
    let dot = dotenv::parse(files.get(".env").map_or(&b""[..], Vec::as_slice)).ok()?;
    let dot = dot.values(&|name: &str| env.get(name).cloned()).ok()?;
    let from_files =
        |name: &str| env.get(name).cloned().or_else(|| dot.get(name).map(|found| found.value.expose().to_vec()));
    let project = compose::parse(vector["compose"].as_str().unwrap().as_bytes()).ok()?;
    let name = project.project_name(&from_files, "folder").ok()?;
    let lookup = |asked: &str| {
        if asked == "COMPOSE_PROJECT_NAME" { Some(name.clone().into_bytes()) } else { from_files(asked) }
    };
    project.check(&lookup).ok()?;
    let mut out = Map::new();
    for service in &project.services {
        let mut values = Map::new();
        for found in service.effective("compose.yaml", &lookup, &|path: &str| Ok(files.get(path).cloned())).ok()? {
            let text = found.value.map(|value| String::from_utf8(value.expose().to_vec()).unwrap());
            values.insert(found.key, text.map_or(Value::Null, |text| text.replace('$', "$$").into()));
        }
        out.insert(service.name.clone(), Value::Object(values));
    }
    Some(Value::Object(out))
}

#[test]
fn every_project_is_read_as_compose_reads_it() {
    let mut failures = Vec::new();
    for vector in vectors("compose-environment.jsonl") {
        let name = vector["name"].as_str().unwrap();
        let (got, want) = (config(&vector), vector.get("expect").cloned());
        if got != want {
            failures.push(format!("{name}: got {got:?}, want {want:?}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn lines_merges_aliases_ports_and_names_are_found() {
    let text = b"x-env: &env\n  A: ${A:-1}\n  B: hard\nservices:\n  web:\n    image: odoo:18\n    container_name: odoo18-prod-web\n    ports: ['8069:8069', {published: 80, target: 81}, {target: 53, published: '53', host_ip: 127.0.0.1, protocol: udp}, {target: 9}]\n    environment:\n      <<: *env\n      B: own\n    extends: {service: base}\n";
    let project = compose::parse(text).unwrap();
    let web = project.service("web").unwrap();
    let text = |t: &compose::Template| String::from_utf8(t.text.expose().to_vec()).unwrap();
    assert_eq!(web.container_name.as_ref().map(text).as_deref(), Some("odoo18-prod-web"));
    assert_eq!(web.ports.iter().map(text).collect::<Vec<_>>(), ["8069:8069", "80:81", "127.0.0.1:53:53/udp"]);
    assert_eq!(web.extends.as_ref().map(|extends| extends.line), Some(12));
    let found = web.effective("docker-compose.yml", &|_: &str| None, &|_: &str| Ok(None)).unwrap();
    let got: Vec<_> = found.iter().map(|e| (e.key.as_str(), e.place.to_string(), e.origin)).collect();
    let want = [
        ("B", "docker-compose.yml:11".to_owned(), Origin::HardCoded),
        ("A", "docker-compose.yml:2".to_owned(), Origin::Environment),
    ];
    assert_eq!(got, want);
    assert_eq!(project.project_name(&|_: &str| None, "Odoo18.Prod").unwrap(), "odoo18prod");
}

#[test]
fn broken_and_hostile_files_are_errors_with_a_line_and_no_text() {
    let canary = "cAnArY7pass";
    let cases = [
        (format!("services:\n  a: {{environment: [\"{canary}\n"), true),
        (format!("a: 1\na: {canary}\n"), true),
        ("- ".repeat(100_000), true),
        ("[".repeat(100_000), true),
        (format!("services: {canary}\n"), true),
        (format!("services:\n  a:\n    environment:\n      - {canary} = 1\n"), true),
    ];
    for (input, refused) in cases {
        let error = compose::parse(input.as_bytes()).err();
        assert_eq!(error.is_some(), refused);
        assert!(!format!("{error:?} {}", error.clone().unwrap()).contains(canary));
    }
}

#[test]
fn lists_are_interpolated_whole_and_tags_and_nulls_count() {
    let text = b"services:\n  web:\n    env_file:\n    environment:\n      - ${K}_X=1\n      - ${LINE}\n      - ${K}\n  db:\n    environment: {N: !!str 010, O: &o 010, P: *o, Q: 08}\n";
    let project = compose::parse(text).unwrap();
    let lookup = |name: &str| match name {
        "K" => Some(b"KEY".to_vec()),
        "LINE" => Some(b"A=b=c".to_vec()),
        "KEY" => Some(b"taken".to_vec()),
        _ => None,
    };
    let of = |service: &str| {
        let found = project.service(service).unwrap().effective("c", &lookup, &|_: &str| Ok(None)).unwrap();
        let text = |value: readback::guard::Secret| String::from_utf8(value.expose().to_vec()).unwrap();
        found.into_iter().map(|e| format!("{}={}", e.key, e.value.map_or("-".to_owned(), text))).collect::<Vec<_>>()
    };
    assert_eq!(of("web"), ["KEY_X=1", "A=b=c", "KEY=taken"]);
    assert_eq!(of("db")[0], "N=010");
    assert_eq!(of("db")[1], "O=8");
    assert_eq!(of("db")[3], "Q=8");
}

/// What `docker compose config` says of a project of several files.
fn whole_project(vector: &Value) -> Option<Value> {
    let (env, files) = (map(&vector["env"]), map(&vector["files"]));
    let dot = dotenv::parse(files.get(".env").map_or(&b""[..], Vec::as_slice)).ok()?;
    let dot = dot.values(&|name: &str| env.get(name).cloned()).ok()?;
    let lookup =
        |name: &str| env.get(name).cloned().or_else(|| dot.get(name).map(|found| found.value.expose().to_vec()));
    let read = |path: &str| Ok(files.get(path).cloned());
    let main = if files.contains_key("compose.yaml") { "compose.yaml" } else { "docker-compose.yml" };
    let (project, name) = compose::load(&compose::files(main, &lookup, &read).ok()?, "folder", &lookup, &read).ok()?;
    let lookup = |asked: &str| lookup(asked).or_else(|| (asked == "COMPOSE_PROJECT_NAME").then(|| name.clone().into()));
    let mut out = Map::new();
    for service in project.services.iter().filter(|service| service.waits_for(&lookup).is_empty()) {
        let mut values = Map::new();
        for found in service.effective(main, &lookup, &read).ok()? {
            let text = found.value.map(|value| String::from_utf8(value.expose().to_vec()).unwrap());
            values.insert(found.key, text.map_or(Value::Null, |text| text.replace('$', "$$").into()));
        }
        out.insert(service.name.clone(), Value::Object(values));
    }
    Some(Value::Object(out))
}

#[test]
fn extends_include_overrides_and_profiles_are_followed_as_compose_does() {
    let mut failures = Vec::new();
    for vector in vectors("compose-project.jsonl") {
        let (got, want) = (whole_project(&vector), vector.get("expect").cloned());
        if got != want {
            failures.push(format!("{}: got {got:?}, want {want:?}", vector["name"]));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn a_project_that_names_itself_for_ever_is_an_error() {
    let bomb = |path: &str| {
        let n: usize = path.trim_matches(|c: char| !c.is_ascii_digit()).parse().unwrap_or(0);
        let text = format!("include: [{}.yaml, {}.yaml]\nservices: {{s{n}: {{image: x}}}}\n", 2 * n + 1, 2 * n + 2);
        Ok(Some(text.into_bytes()))
    };
    let unset = |_: &str| None;
    assert!(compose::load(&["0.yaml".to_owned()], "f", &unset, &bomb).is_err());
    let itself = |_: &str| Ok(Some(b"include: [a.yaml]\n".to_vec()));
    assert!(compose::load(&["a.yaml".to_owned()], "f", &unset, &itself).is_err());
}

#[test]
fn a_raw_env_file_is_read_as_docker_reads_one() {
    let text = "services:\n  web:\n    image: x\n    env_file:\n      - {path: a.env, format: raw}\n      - b.env\n";
    let of = |raw: &[u8]| {
        let read = |path: &str| {
            Ok(match path {
                "a.env" => Some(raw.to_vec()),
                "b.env" => Some(b"B=$A-b\n".to_vec()),
                _ => None,
            })
        };
        let project = compose::parse(text.as_bytes()).unwrap();
        let found = project.service("web").unwrap().effective("c", &|_: &str| None, &read)?;
        let value = |value: readback::guard::Secret| String::from_utf8(value.expose().to_vec()).unwrap();
        Ok(found.into_iter().map(|e| format!("{}={}", e.key, value(e.value.unwrap()))).collect::<Vec<_>>())
    };
    // A byte order mark is no part of the first key; a later file may be made of what stands here.
    assert_eq!(
        of(b"\xef\xbb\xbfA='x' # c\r\n \x0bC=1\n# D=1\n"),
        Ok(vec!["A='x' # c".to_owned(), "C=1".to_owned(), "B='x' # c-b".to_owned()])
    );
    let refused = |raw: &[u8]| of(raw).map_err(|error: compose::ComposeError| (error.line, error.reason)).unwrap_err();
    assert_eq!(refused(b"A=1\n# \xff\n"), (2, compose::Reason::NotUtf8));
    assert!(matches!(refused(b"A B=1\n"), (1, compose::Reason::Expected(_))));
}

#[test]
fn an_error_says_the_line_and_the_column() {
    let refused = |text: &str| {
        let error = match compose::parse(text.as_bytes()) {
            Err(error) => error,
            Ok(file) => file.services[0].effective("compose.yml", &|_: &str| None, &|_: &str| Ok(None)).unwrap_err(),
        };
        assert!(error.to_string().starts_with(&format!("line {}, column {}: ", error.line, error.column)), "{error}");
        (error.line, error.column)
    };
    for (text, place) in [
        ("services:\n  web:\n    environment:\n      A: 2026-02-04\n", (4, 10)),
        ("services:\n  web:\n    environment:\n      - A =1\n", (4, 9)),
        ("services:\n  web: 3\n", (2, 8)),
        ("services:\n  web:\n    environment:\n      \"\u{e4}\": ${A:?}\n", (4, 12)),
        ("services:\n  web:\n    env_file: gone.env\n", (3, 15)),
        ("services:\n  web: [\n", (3, 1)),
    ] {
        assert_eq!(refused(text), place, "{text}");
    }
    assert_eq!(compose::parse(b"services:\n  w\xff").map_err(|e| (e.line, e.column)).unwrap_err(), (2, 4));
}
