//! Lines of configuration files: ini, nginx, Apache, `HAProxy`, Redis, PostgreSQL, sshd.

use super::{Kind, Line, Words, bytes};

/// What part of a file a line is in.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Section {
    #[default]
    None,
    /// `[options]`.
    Ini,
    /// `frontend web` of `HAProxy`.
    Proxy,
}

impl Section {
    /// After one more line, that is not blank.
    pub(super) fn after(self, line: Line<'_>) -> Self {
        let text = line.text;
        match text.as_bytes()[0] {
            b'[' if text.len() > 2 && text.ends_with(']') => Self::Ini,
            b'b' | b'd' | b'f' | b'g' | b'l' | b'p' | b'r' | b'u' if line.indent == 0 && is_proxy_section(line) => {
                Self::Proxy
            }
            b'#' => self,
            _ if self == Self::Proxy && line.indent == 0 => Self::None,
            _ => self,
        }
    }
}

pub(super) fn kind(line: Line<'_>, section: Section) -> Option<Kind> {
    let (text, word) = (line.text, line.word);
    if section == Section::Ini && is_ini(text) {
        return Some(Kind::Ini);
    }
    let is_setting = match text.as_bytes().first()? {
        b'a'..=b'z' => {
            is_nginx(text, word)
                || section == Section::Proxy && (line.indent == 0 || PROXY.has(word))
                || is_redis(line)
                || is_access_rule(line)
                || line.rest().starts_with(" = ") && is_assigned(text)
                || is_account(line)
        }
        b'A'..=b'Z' => APACHE.has(word) && !line.rest().is_empty(),
        b'<' => is_apache_block(text),
        b'#' => is_assigned(text.trim_start_matches(['#', ' '])),
        _ => false,
    };
    is_setting.then_some(Kind::Setting)
}

/// `key = value` within a section.
fn is_ini(text: &str) -> bool {
    text.split_once('=').is_some_and(|(key, value)| {
        let key = key.trim();
        !key.is_empty()
            && !value.trim().is_empty()
            && key.bytes().all(|byte| bytes::is_word(byte) || matches!(byte, b'.' | b'-'))
    })
}

/// `shared_buffers = 128MB`, `listen_addresses = '*'  # note`: a name of several parts, and a plain value.
fn is_assigned(text: &str) -> bool {
    let name = bytes::run(text.as_bytes(), 0, 64, |byte| bytes::is_word(byte) || byte == b'.');
    let Some(value) = text[name..].strip_prefix(" = ") else { return false };
    let value = value.split(" #").next().unwrap_or_default().trim_end();
    let quoted = value.starts_with(['\'', '"']) && value.len() > 1;
    let plain = !value.contains([' ', '(', '[', '{', ';']);
    text[..name].contains(['_', '.']) && !value.is_empty() && (quoted || plain) && !value.ends_with([',', ';'])
}

/// `proxy_pass http://web;`, `server {`.
fn is_nginx(text: &str, word: &str) -> bool {
    const BLOCKS: Words = Words::of("server, location, upstream, http, events, stream, map, geo, types");
    const NAMES: Words = Words::of(
        "listen, root, index, return, rewrite, try_files, include, user, pid, sendfile, expires, resolver, \
     allow, deny, set, default_type, charset, alias, internal, server, gzip, tcp_nopush, tcp_nodelay, \
     log_format, least_conn, ip_hash, zone, http2, stub_status, events, multi_accept, merge_slashes",
    );
    const FAMILIES: &[&str] = &[
        "proxy_",
        "ssl_",
        "gzip_",
        "fastcgi_",
        "uwsgi_",
        "scgi_",
        "grpc_",
        "client_",
        "server_",
        "access_",
        "error_",
        "auth_",
        "limit_",
        "add_",
        "more_",
        "worker_",
        "real_ip_",
        "set_real_ip_",
        "keepalive",
        "large_",
        "types_",
        "sub_filter",
        "open_file_",
        "send_",
        "reset_",
    ];
    match text.as_bytes() {
        [.., b'{'] => BLOCKS.has(word),
        [.., b';'] => NAMES.has(word.trim_end_matches(';')) || FAMILIES.iter().any(|family| word.starts_with(family)),
        _ => false,
    }
}

/// `requirepass x`, `save 900 1`.
fn is_redis(line: Line<'_>) -> bool {
    const NAMES: Words = Words::of(
        "bind, port, requirepass, masterauth, masteruser, maxmemory, maxmemory-policy, maxclients, \
     appendonly, appendfsync, appendfilename, save, dir, dbfilename, logfile, loglevel, daemonize, \
     databases, timeout, tcp-keepalive, tcp-backlog, protected-mode, replicaof, slaveof, rename-command, \
     cluster-enabled, cluster-config-file, pidfile, supervised, tls-port, aclfile, unixsocket, \
     rdbcompression, stop-writes-on-bgsave-error, replica-read-only, include, loadmodule",
    );
    NAMES.has(line.word) && (2..=5).contains(&line.words()) && !line.text.ends_with(['.', ',', ':'])
}

/// `host all all 10.0.0.0/8 scram-sha-256` of PostgreSQL.
fn is_access_rule(line: Line<'_>) -> bool {
    const KINDS: Words = Words::of("host, hostssl, hostnossl, local, hostgssenc");
    const METHODS: Words = Words::of("trust, reject, md5, scram-sha-256, password, peer, ident, cert, ldap, gss");
    KINDS.has(line.word)
        && line.words() >= 4
        && line.text.split_ascii_whitespace().next_back().is_some_and(|method| METHODS.has(method))
}

/// `odoo:x:101:101::/var/lib/odoo:/bin/sh`.
fn is_account(line: Line<'_>) -> bool {
    let number = |field: &str| !field.is_empty() && field.bytes().all(|byte| byte.is_ascii_digit());
    let name = bytes::run(line.word.as_bytes(), 0, 32, |byte| byte != b':');
    line.word.as_bytes().get(name) == Some(&b':')
        && memchr::memchr_iter(b':', line.text.as_bytes()).count() == 6
        && line.text.split(':').skip(2).take(2).all(number)
}

/// Directives of Apache and of sshd.
const APACHE: Words = Words::of(
    "ServerName, ServerAlias, ServerAdmin, ServerRoot, DocumentRoot, Listen, LoadModule, ErrorLog, \
     CustomLog, LogLevel, LogFormat, ProxyPass, ProxyPassReverse, ProxyPreserveHost, ProxyRequests, \
     RewriteEngine, RewriteRule, RewriteCond, Require, AllowOverride, Options, Header, RequestHeader, \
     SSLEngine, SSLCertificateFile, SSLCertificateKeyFile, SSLProtocol, SSLCipherSuite, Redirect, Alias, \
     DirectoryIndex, AuthType, AuthName, AuthUserFile, SetEnv, Include, IncludeOptional, Order, \
     PermitRootLogin, PasswordAuthentication, PubkeyAuthentication, AuthorizedKeysFile, UsePAM, \
     AllowUsers, Subsystem, HostKey, Port, ListenAddress, MaxAuthTries, X11Forwarding, \
     KbdInteractiveAuthentication, AcceptEnv, ClientAliveInterval, HostName, IdentityFile, ProxyJump",
);

/// `<VirtualHost *:443>`, `</Directory>`.
fn is_apache_block(text: &str) -> bool {
    const BLOCKS: Words = Words::of(
        "VirtualHost, Directory, DirectoryMatch, Location, LocationMatch, IfModule, Files, FilesMatch, \
     Proxy, RequireAll, RequireAny, Limit",
    );
    let inside = text.strip_prefix('<').and_then(|text| text.strip_suffix('>')).unwrap_or_default();
    let end = inside.find(' ').unwrap_or(inside.len());
    BLOCKS.has(inside[..end].trim_start_matches('/'))
}

/// Directives of `HAProxy`.
const PROXY: Words = Words::of(
    "bind, mode, balance, server, option, timeout, default_backend, use_backend, acl, maxconn, \
     http-request, http-response, log, stats, errorfile, retries, redirect, stick-table, stick, \
     tcp-request, cookie, daemon, user, group, chroot, nbthread, compression, default-server, \
     monitor-uri, ca-base, crt-base, ssl-default-bind-options, ssl-default-bind-ciphers, pidfile, \
     nbproc, fullconn, rate-limit, capture, description, http-check, external-check, hash-type",
);

/// `global`, `defaults`, `frontend web`.
fn is_proxy_section(line: Line<'_>) -> bool {
    const ALONE: Words = Words::of("global, defaults");
    const NAMED: Words = Words::of("frontend, backend, listen, resolvers, peers, userlist");
    if line.rest().is_empty() {
        return ALONE.has(line.word);
    }
    NAMED.has(line.word) && line.words() == 2 && !line.text.ends_with([';', '.', ',', '{'])
}
