//! Whether the hosts that the configuration names lead anywhere where the application is: in its container, whose
//! names are not this host's. A forecast asks; what can't be said stays unknown.

use super::Place;
use super::alias::Leads;
use crate::env::forecast::{Host, Way};
use crate::env::hosts::Asked;
use crate::evidence::Known;
use crate::guard::line;
use std::collections::BTreeMap;
use std::time::Duration;

/// How long a name may take to be looked up.
const WITHIN: Duration = Duration::from_secs(3);
/// How many names are looked up, at most; what is beyond is not looked at.
const MOST: usize = 32;

/// The hosts that the keys name, looked up at the same time. `container` is the application's, `started` are the
/// names of what a recreate of the whole project starts.
pub async fn look_up(place: &Place, container: Option<&str>, asked: &[Asked], started: &[String]) -> Vec<Host> {
    let mut names: Vec<&str> = asked.iter().filter_map(name).collect();
    names.sort_unstable();
    names.dedup();
    names.truncate(MOST);
    let look = async |name| (name, resolves(place, container, name).await);
    let known: BTreeMap<&str, Known> =
        futures_util::future::join_all(names.into_iter().map(look)).await.into_iter().collect();
    let found = |way: Way, name: &str| match way {
        Way::Recreate if started.iter().any(|started| started == name) => Known::Holds,
        _ => known.get(name).cloned().unwrap_or_default(),
    };
    let host = |asked: &Asked| {
        let resolves = name(asked).map_or(Known::NotCompared, |name| found(asked.way, name));
        let resolves = if asked.masked { without_the_name(resolves) } else { resolves };
        Host { key: asked.key.clone(), way: asked.way, resolves }
    };
    asked.iter().map(host).collect()
}

fn name(asked: &Asked) -> Option<&str> {
    asked.name.as_ref().and_then(|name| std::str::from_utf8(name.expose()).ok())
}

/// What is known of a name that a secret gives: the words of who looked it up may hold it.
fn without_the_name(known: Known) -> Known {
    match known {
        Known::Broken(_) => Known::Broken("the name that it has is masked, and has no address".to_owned()),
        Known::Unknown(_) => {
            Known::Unknown("the name that it has is masked, and nobody who knows could be asked".to_owned())
        }
        Known::Holds | Known::NotCompared => known,
    }
}

/// By the networks of the container where there is one; a name that none of them has is asked of this host's
/// resolver, to which Docker's own hands it on.
async fn resolves(place: &Place, container: Option<&str>, name: &str) -> Known {
    if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-:[]".contains(&byte)) {
        return Known::Unknown("the value is no name of a host".to_owned());
    }
    let is_outside = name.contains(['.', ':']) && name != "localhost";
    match container {
        Some(app) => match super::alias::leads(place, app, name, WITHIN).await {
            Leads::Somewhere => Known::Holds,
            Leads::Nowhere(why) => Known::Broken(why),
            Leads::Outside => by_resolver(name).await,
            // Of the world outside this host's resolver may tell, even where the engine can't be asked.
            Leads::NotKnown(_) if is_outside => by_resolver(name).await,
            Leads::NotKnown(why) => Known::Unknown(why),
        },
        None if is_outside => by_resolver(name).await,
        None => Known::Unknown(format!("{} is a name of the containers' network", line(name))),
    }
}

async fn by_resolver(name: &str) -> Known {
    let name = name.trim_matches(['[', ']']);
    match tokio::time::timeout(WITHIN, tokio::net::lookup_host((name, 0))).await {
        Ok(Ok(mut found)) => match found.next() {
            Some(_) => Known::Holds,
            None => Known::Broken(format!("{} has no address", line(name))),
        },
        Ok(Err(error)) if says_there_is_none(&error) => {
            Known::Broken(format!("{} has no address, as seen from this host", line(name)))
        }
        Ok(Err(_)) => Known::Unknown(format!("no name server could be asked for {}", line(name))),
        Err(_) => Known::Unknown(format!("no answer for {} in time", line(name))),
    }
}

/// Whether the name server answered that there is no such name; that it can't be reached proves nothing.
fn says_there_is_none(error: &std::io::Error) -> bool {
    let text = error.to_string();
    ["not known", "No address associated", "Name does not resolve"].iter().any(|words| text.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nowhere() -> Place {
        Place { root: "/".into(), docker_host: Some("unix:///no/such/docker.sock".to_owned()) }
    }

    #[tokio::test]
    async fn a_name_of_the_containers_is_not_known_where_no_engine_can_be_asked() {
        for container in [None, Some("web")] {
            let known = resolves(&nowhere(), container, "odoo18-prod-db").await;
            assert!(matches!(known, Known::Unknown(_)), "{known:?}");
        }
        assert!(matches!(resolves(&nowhere(), Some("web"), "localhost").await, Known::Unknown(_)));
    }

    #[tokio::test]
    async fn an_address_needs_nobody_to_look_it_up() {
        for address in ["192.0.2.7", "2001:db8::7"] {
            assert_eq!(resolves(&nowhere(), Some("web"), address).await, Known::Holds);
        }
    }

    #[tokio::test]
    async fn a_value_that_is_no_name_is_neither_looked_up_nor_told() {
        let known = resolves(&nowhere(), Some("web"), "p4ss word@x").await;
        assert_eq!(known, Known::Unknown("the value is no name of a host".to_owned()));
    }

    fn asked(name: Option<&str>, masked: bool) -> Asked {
        let name = name.map(crate::guard::Secret::new);
        Asked { key: "DB_HOST".to_owned(), way: Way::Recreate, name, masked }
    }

    #[tokio::test]
    async fn a_name_that_a_secret_gives_is_looked_up_and_never_told() {
        let name = "odoo18-prod-invented";
        let looked = look_up(&nowhere(), None, &[asked(Some(name), true), asked(Some(name), false)], &[]).await;
        assert!(matches!(&looked[0].resolves, Known::Unknown(why) if !why.contains("invented")), "{looked:?}");
        // The control: one that may be told is.
        assert!(matches!(&looked[1].resolves, Known::Unknown(why) if why.contains(name)), "{looked:?}");
        let looked = look_up(&nowhere(), None, &[asked(Some("192.0.2.7"), true), asked(None, true)], &[]).await;
        assert_eq!((&looked[0].resolves, &looked[1].resolves), (&Known::Holds, &Known::NotCompared));
        let known = without_the_name(Known::Broken(format!("{name} has no address")));
        assert!(matches!(&known, Known::Broken(why) if !why.contains("invented")), "{known:?}");
    }

    #[test]
    fn a_name_server_that_is_away_does_not_say_that_there_is_no_such_name() {
        let error = |text: &str| std::io::Error::other(format!("failed to lookup address information: {text}"));
        assert!(says_there_is_none(&error("Name or service not known")));
        assert!(!says_there_is_none(&error("Temporary failure in name resolution")));
    }
}
