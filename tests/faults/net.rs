//! Faults of what is asked over the network, against real servers on loopback.

mod dns;
use crate::support::faultproxy;
mod port;
mod tls;
mod web;

use crate::support::matrix::{Case, Matrix, all_as_they_must_be};
use futures_util::stream::{StreamExt, iter};
use readback::probes::Place;
use serde::Deserialize;
use tls::Authorities;

/// How many servers are up at once: the waiting is side by side, and no answer is late for the load.
const AT_ONCE: usize = 4;

/// The server that a line asks for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
enum Inject {
    /// None.
    Nothing,
    Web(Box<web::Web>),
    Dns(dns::Dns),
    Port(port::Port),
}

#[tokio::test]
async fn no_fault_of_the_network_reads_as_well_and_what_is_well_does() {
    let matrix = Matrix::parse(include_str!("../fixtures/faults/real/net.toml"));
    let authorities = Authorities::new();
    let checks = matrix.cases().map(|case| check(case, &authorities));
    let results: Vec<Result<(), String>> = iter(checks).buffered(AT_ONCE).collect().await;
    let wrong: Vec<String> = results.into_iter().filter_map(Result::err).collect();
    all_as_they_must_be(&wrong);
}

async fn check(case: Case<Inject>, authorities: &Authorities) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    put("ca.pem", authorities.ca());
    put("empty.pem", "");
    let place = Place { root: folder.path().to_owned(), docker_host: None };
    let own = std::fs::read_to_string("/proc/self/comm").unwrap();
    let own = ("self", own.trim_end());
    match &case.inject {
        Inject::Nothing => case.check(&place, &[own]).await,
        Inject::Web(web) => {
            let (url, _network) = web.start(authorities).await;
            // The same server, asked in the other way.
            let other = match url.strip_prefix("https:") {
                Some(rest) => format!("http:{rest}"),
                None => url.replace("http:", "https:"),
            };
            case.check(&place, &[("url", &url), ("other", &other), own]).await
        }
        Inject::Dns(dns) => {
            let server = dns.start().await.to_string();
            case.check(&place, &[("server", &server), own]).await
        }
        Inject::Port(port) => {
            let (number, _waiting) = port.open().await;
            let number = number.to_string();
            let words = [("port", number.as_str()), own];
            put("docker-compose.yml", &port.compose.replace("{port}", &number));
            put(".env", &port.env);
            case.check(&place, &words).await
        }
    }
    .map(drop)
}
