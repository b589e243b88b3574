//! Looks up the hosts that the configuration names: a forecast of a restart asks whether they resolve.

use crate::env::forecast::{Host, hosts};
use crate::env::{Layers, Matrix};
use crate::evidence::Known;
use crate::guard::line;
use std::time::Duration;

/// How long a name may take to be looked up.
const WITHIN: Duration = Duration::from_secs(3);
/// How many names are looked up at the same time, at most; what is beyond is not looked at.
const AT_ONCE: usize = 32;

/// The names under which the project's containers know each other.
pub(super) fn container_names(layers: &Layers) -> Vec<String> {
    layers.compose.read().map(|layer| layer.names.clone()).unwrap_or_default()
}

/// The hosts that the keys name, and whether they resolve.
pub(super) async fn look_up(matrix: &Matrix, containers: &[String]) -> Vec<Host> {
    let look = async |at: usize, (key, name): (String, Option<String>)| {
        let resolves = match name {
            Some(_) if at >= AT_ONCE => Known::NotCompared,
            Some(name) => resolves(&name, containers).await,
            // A masked value is nobody's to look up.
            None => Known::NotCompared,
        };
        Host { key, resolves }
    };
    let all = hosts(matrix).into_iter().enumerate().map(|(at, host)| look(at, host));
    futures_util::future::join_all(all).await
}

/// Whether a name resolves: by the project's own network, else from this host.
async fn resolves(name: &str, containers: &[String]) -> Known {
    if containers.iter().any(|container| container == name) {
        return Known::Holds;
    }
    if !name.contains(['.', ':']) && name != "localhost" {
        return Known::Unknown(format!("{} is a name of the containers' network, and no service's", line(name)));
    }
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

    #[tokio::test]
    async fn a_service_of_the_project_holds_and_another_short_name_is_not_known() {
        let names = ["web".to_owned(), "odoo18-prod-redis".to_owned()];
        assert_eq!(resolves("odoo18-prod-redis", &names).await, Known::Holds);
        assert!(matches!(resolves("odoo18-prod-db", &names).await, Known::Unknown(_)));
        assert_eq!(resolves("127.0.0.1", &names).await, Known::Holds);
        assert_eq!(resolves("::1", &names).await, Known::Holds);
    }

    #[test]
    fn a_name_server_that_is_away_does_not_say_that_there_is_no_such_name() {
        let error = |text: &str| std::io::Error::other(format!("failed to lookup address information: {text}"));
        assert!(says_there_is_none(&error("Name or service not known")));
        assert!(!says_there_is_none(&error("Temporary failure in name resolution")));
    }
}
