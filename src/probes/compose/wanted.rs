//! What the files of a project want. Pure: the files and the environment come in.

use super::Wanted;
use crate::env::compose::{ComposeError, Reason, Service, Template};
use crate::guard::Secret;

/// The services of a project. `profiles` are those that are wanted.
pub(super) fn services<F>(services: &[Service], lookup: &F, profiles: &[String]) -> Result<Vec<Wanted>, ComposeError>
where
    F: Fn(&str) -> Option<Vec<u8>>,
{
    services.iter().map(|service| wanted(service, lookup, profiles)).collect()
}

fn wanted<F>(service: &Service, lookup: &F, profiles: &[String]) -> Result<Wanted, ComposeError>
where
    F: Fn(&str) -> Option<Vec<u8>>,
{
    let value = |template: &Template| template.value(lookup);
    let image = service.image.as_ref().map(|image| value(image).map(|name| (image.at(), name))).transpose()?;
    let scale = service.scale.as_ref().map(|scale| value(scale).map(|count| (scale.at(), count))).transpose()?;
    let own = service.profiles.iter().map(value).collect::<Result<Vec<Secret>, _>>()?;
    let is_wanted = |own: &Secret| profiles.iter().any(|wanted| wanted == "*" || wanted.as_bytes() == own.expose());
    let image = match image {
        None if service.builds => None,
        None => return Err(ComposeError::at(service.at(), Reason::Expected("an image or a build"))),
        Some((at, name)) => Some(image_name(&name).ok_or(ComposeError::at(at, NO_IMAGE))?),
    };
    let replicas = match scale {
        None => 1,
        Some((at, count)) => text(&count).and_then(|count| count.parse().ok()).ok_or(ComposeError::at(at, NO_COUNT))?,
    };
    Ok(Wanted { name: service.name.clone(), image, replicas, active: own.is_empty() || own.iter().any(is_wanted) })
}

const NO_IMAGE: Reason = Reason::Expected("the name of an image");
const NO_COUNT: Reason = Reason::Expected("a number of containers");

fn text(secret: &Secret) -> Option<&str> {
    std::str::from_utf8(secret.expose()).ok()
}

/// A name that an image can have: only such a one is shown, for a variable may lead to anything.
fn image_name(value: &Secret) -> Option<String> {
    let name = text(value)?;
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._/:@-".contains(&byte);
    (!name.is_empty() && name.len() <= 300 && name.bytes().all(fits)).then(|| name.to_owned())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::env::compose;

    fn of(files: &[&str], profiles: &[&str]) -> Result<Vec<Wanted>, ComposeError> {
        let names: Vec<String> = (0..files.len()).map(|n| n.to_string()).collect();
        let file = |name: &str| files.get(name.parse::<usize>().ok()?).map(|text| text.as_bytes().to_vec());
        let read = |name: &str| Ok(file(name));
        let lookup = |key: &str| (key == "TAG").then(|| b"18".to_vec());
        let profiles: Vec<String> = profiles.iter().map(|&profile| profile.to_owned()).collect();
        let (project, _) = compose::load(&names, "shop", &lookup, &read).map_err(|error| error.error)?;
        services(&project.services, &lookup, &profiles)
    }

    fn service(name: &str, image: Option<&str>, replicas: u64, active: bool) -> Wanted {
        Wanted { name: name.to_owned(), image: image.map(str::to_owned), replicas, active }
    }

    #[test]
    fn the_images_are_those_after_interpolation() {
        let file = "services:\n  web:\n    image: odoo:${TAG:-17}\n  own:\n    build: .\n";
        let wanted = of(&[file], &[]).unwrap();
        assert_eq!(wanted, [service("web", Some("odoo:18"), 1, true), service("own", None, 1, true)]);
    }

    #[test]
    fn a_profile_that_nobody_wants_leaves_its_services_out() {
        let file = "services:\n  web:\n    image: a\n  debug:\n    image: b\n    profiles: [tools, more]\n";
        let active = |profiles: &[&str]| of(&[file], profiles).unwrap()[1].active;
        assert!(!active(&[]) && !active(&["tool"]));
        assert!(active(&["more"]) && active(&["*"]));
    }

    #[test]
    fn a_later_file_wins_and_replicas_come_from_either_word() {
        let base =
            "services:\n  web:\n    image: a\n    scale: 2\n  job:\n    image: j\n    deploy:\n      replicas: 3\n";
        let over = "services:\n  web:\n    image: b\n  new:\n    image: n\n    scale: 0\n";
        let wanted = of(&[base, over], &[]).unwrap();
        assert_eq!(
            wanted,
            [
                service("web", Some("b"), 2, true),
                service("job", Some("j"), 3, true),
                service("new", Some("n"), 0, true)
            ]
        );
    }

    #[test]
    fn what_is_no_image_and_no_number_is_refused_without_being_shown() {
        for file in [
            "services:\n  w:\n    image: 'can ary'\n",
            "services:\n  w:\n    image: a\n    scale: canary\n",
            "services:\n  w: {}\n",
            "services:\n  w:\n    image: ${NONE:?x}\n",
        ] {
            let error = of(&[file], &[]).unwrap_err().to_string();
            assert!(!error.contains("ary"), "{error}");
        }
    }
}
