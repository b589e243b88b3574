//! The document to its model.

use super::yaml::{Document, line_of};
use super::{Compose, ComposeError, EnvFileRef, Reason, Service, Setting, Template};
use crate::guard::Secret;
use saphyr::{MarkedYaml, Scalar, YamlData};

/// What would add services or settings, and is not followed.
const UNFOLLOWED: [&str; 3] = ["extends", "include", "profiles"];

/// Reads a compose file.
pub fn parse(bytes: &[u8]) -> Result<Compose, ComposeError> {
    let text = std::str::from_utf8(bytes).map_err(|_| ComposeError { line: 0, reason: Reason::NotUtf8 })?;
    let document = Document::load(text)?;
    let mut compose = Compose::default();
    document.texts(&document.root, &mut compose.texts);
    for (key, line, value) in document.pairs(&document.root)? {
        match key.as_str() {
            "name" => compose.name = document.scalar(value)?,
            "services" => {
                for (name, line, body) in document.pairs(value)? {
                    let service = service(&document, name, line, body, &mut compose.unfollowed)?;
                    compose.services.push(service);
                }
            }
            other => note(other, line, &mut compose.unfollowed),
        }
    }
    Ok(compose)
}

fn note(key: &str, line: usize, unfollowed: &mut Vec<(usize, &'static str)>) {
    unfollowed.extend(UNFOLLOWED.iter().filter(|word| **word == key).map(|word| (line, *word)));
}

fn service<'a>(
    document: &Document<'a>,
    name: String,
    line: usize,
    body: &MarkedYaml<'a>,
    unfollowed: &mut Vec<(usize, &'static str)>,
) -> Result<Service, ComposeError> {
    let mut service = Service {
        name,
        line,
        image: None,
        container_name: None,
        builds: false,
        profiles: Vec::new(),
        scale: None,
        ports: Vec::new(),
        env_files: Vec::new(),
        environment: Vec::new(),
    };
    for (key, line, value) in document.pairs(body)? {
        match key.as_str() {
            "image" => service.image = document.scalar(value)?,
            "container_name" => service.container_name = document.scalar(value)?,
            "ports" => service.ports = ports(document, value)?,
            "env_file" => service.env_files = env_files(document, value)?,
            "environment" => service.environment = environment(document, value)?,
            "build" => service.builds = true,
            "scale" => service.scale = service.scale.take().or(document.scalar(value)?),
            "deploy" => {
                let replicas = document.pairs(value)?.into_iter().find(|(key, ..)| key == "replicas");
                let replicas = replicas.map(|(_, _, value)| document.scalar(value)).transpose()?.flatten();
                service.scale = replicas.or(service.scale.take());
            }
            other => {
                if other == "profiles" {
                    service.profiles = scalars(document, value)?;
                }
                note(other, line, unfollowed);
            }
        }
    }
    Ok(service)
}

fn ports<'a>(document: &Document<'a>, node: &MarkedYaml<'a>) -> Result<Vec<Template>, ComposeError> {
    let mut out = Vec::new();
    for item in list(node) {
        if let YamlData::Mapping(_) = item.data {
            out.extend(long_port(document, item)?);
        } else {
            out.extend(document.scalar(item)?);
        }
    }
    Ok(out)
}

/// The long form of a port as the short one writes it: `[host_ip:]published:target[/protocol]`. One that is
/// published anywhere has none.
fn long_port<'a>(document: &Document<'a>, item: &MarkedYaml<'a>) -> Result<Option<Template>, ComposeError> {
    let (mut host_ip, mut published, mut target, mut protocol) = (None, None, None, None);
    for (key, _, value) in document.pairs(item)? {
        match key.as_str() {
            "host_ip" => host_ip = document.scalar(value)?,
            "published" => published = document.scalar(value)?,
            "target" => target = document.scalar(value)?,
            "protocol" => protocol = document.scalar(value)?,
            _ => {}
        }
    }
    let Some(published) = published else { return Ok(None) };
    let target = target.unwrap_or_else(|| published.clone());
    let mut text = Vec::new();
    for part in host_ip.iter().chain([&published]) {
        text.extend_from_slice(part.text.expose());
        text.push(b':');
    }
    text.extend_from_slice(target.text.expose());
    if let Some(protocol) = &protocol {
        text.push(b'/');
        text.extend_from_slice(protocol.text.expose());
    }
    let interpolated = [&published, &target].into_iter().chain(&host_ip).chain(&protocol).any(|part| part.interpolated);
    Ok(Some(Template { line: published.line, text: Secret::new(text), interpolated }))
}

fn scalars<'a>(document: &Document<'a>, node: &MarkedYaml<'a>) -> Result<Vec<Template>, ComposeError> {
    list(node).iter().filter_map(|item| document.scalar(item).transpose()).collect()
}

fn env_files<'a>(document: &Document<'a>, node: &MarkedYaml<'a>) -> Result<Vec<EnvFileRef>, ComposeError> {
    list(node).iter().map(|item| env_file(document, item)).collect()
}

fn env_file<'a>(document: &Document<'a>, item: &MarkedYaml<'a>) -> Result<EnvFileRef, ComposeError> {
    let (mut path, mut required, mut raw) = (None, true, false);
    if let YamlData::Mapping(_) = item.data {
        for (key, _, value) in document.pairs(item)? {
            let value = document.scalar(value)?;
            let is = |word: &[u8]| value.as_ref().is_some_and(|text| text.text.expose() == word);
            match key.as_str() {
                "required" => required = !is(b"false"),
                "format" if is(b"raw") || value.is_none() || is(b"") => raw = is(b"raw"),
                "format" => return Err(ComposeError { line: line_of(item), reason: Reason::Expected("format: raw") }),
                "path" => path = value,
                _ => {}
            }
        }
    } else {
        path = document.scalar(item)?;
    }
    let missing = ComposeError { line: line_of(item), reason: Reason::Expected("the path of an env_file") };
    Ok(EnvFileRef { path: path.ok_or(missing)?, required, raw })
}

fn environment<'a>(document: &Document<'a>, node: &MarkedYaml<'a>) -> Result<Vec<Setting>, ComposeError> {
    if !matches!(node.data, YamlData::Sequence(_)) {
        let setting = |(key, line, value)| Ok(Setting { key, line, value: document.scalar(value)?, item: None });
        return document.pairs(node)?.into_iter().map(setting).collect();
    }
    list(node).iter().map(|item| list_item(document, item)).collect()
}

/// `KEY=value` or `KEY`; quotes inside belong to the value.
fn list_item<'a>(document: &Document<'a>, item: &MarkedYaml<'a>) -> Result<Setting, ComposeError> {
    let wrong = |reason| ComposeError { line: line_of(item), reason };
    let text = document.scalar(item)?.filter(|text| text.interpolated);
    let text = text.ok_or_else(|| wrong(Reason::Expected("KEY=value or KEY")))?;
    let bytes = text.text.expose();
    let equals = bytes.iter().position(|byte| *byte == b'=');
    let key = std::str::from_utf8(&bytes[..equals.unwrap_or(bytes.len())]).unwrap_or_default();
    if key.ends_with(char::is_whitespace) {
        return Err(wrong(Reason::Expected("no space between the key and its `=`")));
    }
    let value = equals.map(|at| Template { text: Secret::new(&bytes[at + 1..]), ..text.clone() });
    Ok(Setting { key: key.to_owned(), line: text.line, value, item: Some(text) })
}

/// The items of a sequence; a null has none, anything else is a list of one.
fn list<'n, 'a>(node: &'n MarkedYaml<'a>) -> &'n [MarkedYaml<'a>] {
    match &node.data {
        YamlData::Sequence(items) => items,
        YamlData::Value(Scalar::Null) => &[],
        _ => std::slice::from_ref(node),
    }
}
