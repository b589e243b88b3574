//! The document to its model.

use super::yaml::{Document, Pair, at_of};
use super::{Compose, ComposeError, EnvFileRef, Extends, Include, Reason, Service, Setting, Template};
use crate::env::At;
use crate::guard::Secret;
use saphyr::{MarkedYaml, Scalar, YamlData};

/// Reads a compose file.
pub fn parse(bytes: &[u8]) -> Result<Compose, ComposeError> {
    let text =
        std::str::from_utf8(bytes).map_err(|error| ComposeError::at(At::no_utf8(bytes, error), Reason::NotUtf8))?;
    let document = Document::load(text)?;
    let mut compose = Compose::default();
    document.texts(&document.root, &mut compose.texts);
    for (key, _, value) in document.pairs(&document.root)? {
        match key.as_str() {
            "name" => compose.name = document.scalar(value)?,
            "services" => {
                for (name, at, body) in document.pairs(value)? {
                    let service = service(&document, name, at, body)?;
                    compose.services.push(service);
                }
            }
            "include" => compose.includes = includes(&document, value)?,
            "secrets" => compose.secret_keys = secret_keys(&document, value)?,
            _ => {}
        }
    }
    Ok(compose)
}

/// The variables that top-level `secrets:` take their values from.
fn secret_keys<'a>(document: &Document<'a>, node: &MarkedYaml<'a>) -> Result<Vec<String>, ComposeError> {
    let mut keys = Vec::new();
    for (_, _, body) in document.pairs(node)? {
        let YamlData::Mapping(_) = body.data else { continue };
        for (key, _, value) in document.pairs(body)? {
            if let Some(name) = document.scalar(value)?.filter(|_| key == "environment") {
                keys.push(String::from_utf8_lossy(name.text.expose()).into_owned());
            }
        }
    }
    Ok(keys)
}

fn service<'a>(document: &Document<'a>, name: String, at: At, body: &MarkedYaml<'a>) -> Result<Service, ComposeError> {
    let mut service = Service {
        name,
        line: at.line,
        column: at.column,
        image: None,
        container_name: None,
        builds: false,
        scale: None,
        ports: Vec::new(),
        env_files: Vec::new(),
        environment: Vec::new(),
        extends: None,
        profiles: Vec::new(),
        unfollowed: Vec::new(),
    };
    for (key, at, value) in document.pairs(body)? {
        // `!reset` and `!override` take away what other files say.
        if let YamlData::Tagged(tag, _) = &value.data
            && let Some(word) = ["!reset", "!override"].into_iter().find(|word| word.ends_with(&tag.suffix))
        {
            service.unfollowed.push((at.line, word));
        }
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
            "extends" => service.extends = extends(document, value)?,
            "profiles" => service.profiles = texts(document, value)?,
            _ => {}
        }
    }
    Ok(service)
}

/// A text, or a list of them.
fn texts<'a>(document: &Document<'a>, node: &MarkedYaml<'a>) -> Result<Vec<Template>, ComposeError> {
    list(node).iter().filter_map(|item| document.scalar(item).transpose()).collect()
}

/// The name of a service of this file, or a mapping.
fn extends<'a>(document: &Document<'a>, node: &MarkedYaml<'a>) -> Result<Option<Extends>, ComposeError> {
    let At { line, column } = at_of(node);
    let (mut file, mut service) = (None, None);
    if let YamlData::Mapping(_) = node.data {
        for (key, _, value) in document.pairs(node)? {
            match key.as_str() {
                "file" => file = document.scalar(value)?,
                "service" => service = document.scalar(value)?,
                _ => {}
            }
        }
    } else {
        service = document.scalar(node)?;
    }
    Ok(service.map(|service| Extends { file, service, line, column }))
}

fn includes<'a>(document: &Document<'a>, node: &MarkedYaml<'a>) -> Result<Vec<Include>, ComposeError> {
    let include = |item: &MarkedYaml<'a>| {
        let At { line, column } = at_of(item);
        let mut include = Include { paths: Vec::new(), project_directory: None, env_files: Vec::new(), line, column };
        if !matches!(item.data, YamlData::Mapping(_)) {
            include.paths = texts(document, item)?;
            return Ok(include);
        }
        for (key, _, value) in document.pairs(item)? {
            match key.as_str() {
                "path" => include.paths = texts(document, value)?,
                "project_directory" => include.project_directory = document.scalar(value)?,
                "env_file" => include.env_files = texts(document, value)?,
                _ => {}
            }
        }
        Ok(include)
    };
    list(node).iter().map(include).collect()
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
    Ok(Some(Template { line: published.line, column: published.column, text: Secret::new(text), interpolated }))
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
                "format" => return Err(ComposeError::at(at_of(item), Reason::Expected("format: raw"))),
                "path" => path = value,
                _ => {}
            }
        }
    } else {
        path = document.scalar(item)?;
    }
    let missing = ComposeError::at(at_of(item), Reason::Expected("the path of an env_file"));
    Ok(EnvFileRef { path: path.ok_or(missing)?, required, raw, base: String::new(), extra: Vec::new() })
}

fn environment<'a>(document: &Document<'a>, node: &MarkedYaml<'a>) -> Result<Vec<Setting>, ComposeError> {
    if !matches!(node.data, YamlData::Sequence(_)) {
        let setting = |(key, at, value): Pair<'_, 'a>| {
            Ok(Setting {
                key,
                line: at.line,
                value: document.scalar(value)?,
                item: None,
                file: String::new(),
                extra: Vec::new(),
            })
        };
        return document.pairs(node)?.into_iter().map(setting).collect();
    }
    list(node).iter().map(|item| list_item(document, item)).collect()
}

/// `KEY=value` or `KEY`; quotes inside belong to the value.
fn list_item<'a>(document: &Document<'a>, item: &MarkedYaml<'a>) -> Result<Setting, ComposeError> {
    let wrong = |reason| ComposeError::at(at_of(item), reason);
    let text = document.scalar(item)?.filter(|text| text.interpolated);
    let text = text.ok_or_else(|| wrong(Reason::Expected("KEY=value or KEY")))?;
    let bytes = text.text.expose();
    let equals = bytes.iter().position(|byte| *byte == b'=');
    let key = std::str::from_utf8(&bytes[..equals.unwrap_or(bytes.len())]).unwrap_or_default();
    if key.ends_with(char::is_whitespace) {
        return Err(wrong(Reason::Expected("no space between the key and its `=`")));
    }
    let value = equals.map(|at| Template { text: Secret::new(&bytes[at + 1..]), ..text.clone() });
    let line = text.line;
    Ok(Setting { key: key.to_owned(), line, value, item: Some(text), file: String::new(), extra: Vec::new() })
}

/// The items of a sequence; a null has none, anything else is a list of one.
fn list<'n, 'a>(node: &'n MarkedYaml<'a>) -> &'n [MarkedYaml<'a>] {
    match &node.data {
        YamlData::Sequence(items) => items,
        YamlData::Tagged(_, inner) if matches!(inner.data, YamlData::Sequence(_)) => list(inner),
        YamlData::Value(Scalar::Null) => &[],
        _ => std::slice::from_ref(node),
    }
}
