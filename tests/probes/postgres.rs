//! The postgres probe against a real server (`READBACK_TEST_PG`), and against what is none.

use crate::support::probe;
use crate::support::service;
use crate::support::web;
use readback::evidence::{Evidence, Unknown, Verdict};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Executor};
use std::time::Duration;

const LONG: Duration = Duration::from_secs(30);

/// A server and the password of its superuser.
struct Server {
    admin: PgConnectOptions,
    password: String,
}

fn server() -> Option<Server> {
    let url = service::address("postgres", "READBACK_TEST_PG")?;
    let password = url.split('@').next().unwrap().rsplit(':').next().unwrap().to_owned();
    Some(Server { admin: url.parse().unwrap(), password })
}

impl Server {
    /// Looks as this user with this password, with more options behind.
    async fn look(&self, user: &str, password: &str, more: &str) -> Evidence {
        let database = self.admin.get_database().unwrap().to_owned();
        self.look_at(user, password, &database, more).await
    }

    async fn look_at(&self, user: &str, password: &str, database: &str, more: &str) -> Evidence {
        let folder = tempfile::tempdir().unwrap();
        let env = format!("DB_HOST={}\nDB_PASSWORD={password}\n", self.admin.get_host());
        std::fs::write(folder.path().join(".env"), env).unwrap();
        let port = self.admin.get_port();
        let table = format!(
            "host = '$DB_HOST'\nport = '{port}'\nuser = '{user}'\ndatabase = '{database}'\n\
             password_key = 'DB_PASSWORD'\n{more}"
        );
        let evidence = probe::look("postgres", &table, LONG, folder.path()).await;
        let kept = serde_json::to_string(&evidence).unwrap();
        assert!(!kept.contains(password) && !kept.contains(self.admin.get_host()), "{kept}");
        evidence
    }

    async fn look_as_admin(&self, more: &str) -> Evidence {
        self.look(self.admin.get_username(), &self.password, more).await
    }

    /// Makes a role of its own for a test.
    async fn role(&self, name: &str, and: &str) -> String {
        let role = format!("probe_{name}_{}", std::process::id());
        let database = self.admin.get_database().unwrap();
        let mut admin = self.admin.connect().await.unwrap();
        let make = format!(
            "create role {role} login password 'not-a-secret-{name}'; \
             grant connect on database {database} to {role}; {}",
            and.replace("ROLE", &role)
        );
        admin.execute(sqlx::AssertSqlSafe(make)).await.unwrap();
        role
    }

    async fn drop_role(&self, role: &str) {
        let database = self.admin.get_database().unwrap();
        let drop = format!("revoke connect on database {database} from {role}; drop role {role}");
        self.admin.connect().await.unwrap().execute(sqlx::AssertSqlSafe(drop)).await.unwrap();
    }
}

#[tokio::test]
async fn a_server_that_works_passes_over_tls_and_refuses_the_control() {
    let Some(server) = server() else { return };
    let evidence = server.look_as_admin("").await;
    assert_eq!(evidence.verdict, Verdict::Pass, "{}", evidence.summary);
    assert!(probe::fact(&evidence, "TLS").starts_with("TLSv1."));
    assert_eq!(probe::fact(&evidence, "negative control"), "refused, as it has to be");
    assert_eq!(probe::fact(&evidence, "read-only"), "no");
}

#[tokio::test]
async fn an_ordinary_role_is_enough() {
    let Some(server) = server() else { return };
    let role = server.role("plainrole", "").await;
    let evidence = server.look(&role, "not-a-secret-plainrole", "").await;
    server.drop_role(&role).await;
    assert_eq!(evidence.verdict, Verdict::Pass, "{}", evidence.summary);
}

#[tokio::test]
async fn each_refusal_is_told_by_its_sqlstate() {
    let Some(server) = server() else { return };
    let admin = server.admin.get_username();
    let expired = server.role("expired", "alter role ROLE valid until '2020-01-01'").await;
    let stranger = server.role("stranger", "").await;
    let database = server.admin.get_database().unwrap();
    let revoke = format!("revoke connect on database {database} from {stranger}");
    server.admin.connect().await.unwrap().execute(sqlx::AssertSqlSafe(revoke)).await.unwrap();
    let seen = [
        (server.look(admin, "not-a-secret-wrong", "").await, "28P01"),
        (server.look(&expired, "not-a-secret-expired", "").await, "28P01"),
        (server.look(&stranger, "not-a-secret-stranger", "").await, "42501"),
        (server.look_at(admin, &server.password, "no_such_database", "").await, "3D000"),
        (server.look_as_admin("sslmode = 'disable'").await, "28000"),
    ];
    server.drop_role(&expired).await;
    server.drop_role(&stranger).await;
    for (evidence, sqlstate) in seen {
        assert_eq!(evidence.verdict, Verdict::Fail, "{sqlstate}: {}", evidence.summary);
        assert_eq!(probe::fact(&evidence, "SQLSTATE"), sqlstate, "{}", evidence.summary);
    }
}

#[tokio::test]
async fn a_role_that_can_not_write_warns() {
    let Some(server) = server() else { return };
    let role = server.role("reader", "alter role ROLE set default_transaction_read_only = on").await;
    let evidence = server.look(&role, "not-a-secret-reader", "").await;
    server.drop_role(&role).await;
    assert_eq!((evidence.verdict, evidence.summary.as_str()), (Verdict::Warn, "it answers, but takes no writes"));
}

#[tokio::test]
async fn a_certificate_that_nobody_here_vouches_for_fails_where_it_is_verified() {
    let Some(server) = server() else { return };
    let evidence = server.look_as_admin("sslmode = 'verify-full'").await;
    assert_eq!(evidence.verdict, Verdict::Fail, "{}", evidence.summary);
    assert_eq!(evidence.summary, "TLS: the certificate's issuer is not trusted here");
    if let Ok(ca) = std::env::var("READBACK_TEST_PG_CA") {
        let evidence = server.look_as_admin(&format!("sslmode = 'verify-full'\nca = '{ca}'")).await;
        assert_eq!(evidence.verdict, Verdict::Pass, "{}", evidence.summary);
        assert_eq!(probe::fact(&evidence, "certificate"), "verified");
    }
}

async fn at(port: u16, more: &str, timeout: Duration) -> Evidence {
    let table = format!("host = '127.0.0.1'\nport = '{port}'\nuser = 'u'\ndatabase = 'd'\n{more}");
    probe::look("postgres", &table, timeout, std::path::Path::new("/nonexistent")).await
}

#[tokio::test]
async fn what_is_no_server_is_told_apart() {
    let refused = at(web::closed().await, "", LONG).await;
    assert_eq!(refused.verdict, Verdict::Fail, "{}", refused.summary);
    let hung = at(web::silent().await, "", Duration::from_millis(700)).await;
    assert_eq!(hung.verdict, Verdict::Fail, "{}", hung.summary);
    assert!(hung.summary.contains("hangs"), "{}", hung.summary);
    let dropped = at(web::saying(b"").await, "", LONG).await;
    assert_eq!(dropped.verdict, Verdict::Fail, "{}", dropped.summary);
    for mode in ["require", "disable"] {
        let verdict = Verdict::Unknown(Unknown::Garbled);
        let port = web::saying(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        let foreign = at(port, &format!("sslmode = '{mode}'"), LONG).await;
        assert_eq!(foreign.verdict, verdict, "{mode}: {}", foreign.summary);
    }
}

#[tokio::test]
async fn without_a_password_or_a_sensible_mode_there_is_nothing_to_ask_with() {
    let port = web::closed().await;
    for (more, word) in [("password_key = 'DB_PASSWORD'", "DB_PASSWORD"), ("sslmode = 'on'", "sslmode")] {
        let evidence = at(port, more, LONG).await;
        assert_eq!(evidence.verdict, Verdict::Unknown(Unknown::NotConfigured), "{}", evidence.summary);
        assert!(evidence.summary.contains(word), "{}", evidence.summary);
    }
}
