//! The kinds of secrets. No text here is one: the bodies are made at run time.

/// Tokens that their own shape gives away, bare.
pub const TOKENS: &[(&str, &str)] = &[
    ("aws_access_key_id", "AKIA<base32 16>"),
    ("aws_temporary_key_id", "ASIA<base32 16>"),
    ("aws_session_token", "IQoJb3JpZ2lu<base64 300>"),
    ("github_classic", "ghp_<alnum 36>"),
    ("github_server", "ghs_<alnum 36>"),
    ("github_fine_grained", "github_pat_<alnum 22>_<alnum 59>"),
    ("gitlab_pat", "glpat-<url 19>x"),
    ("gitlab_routable", "glpat-<url 40>.01.<lowdig 9>"),
    ("slack_bot", "xoxb-<digit 11>-<digit 12>-<alnum 24>"),
    ("stripe_live", "sk_live_<alnum 24>"),
    ("stripe_restricted", "rk_live_<alnum 60>"),
    ("google_api", "AIza<alnum 35>"),
    ("google_oauth_secret", "GOCSPX-<alnum 28>"),
    ("npm", "npm_<alnum 36>"),
    ("pypi", "pypi-AgEIcHlwaS5vcmc<alnum 120>"),
    ("openai", "sk-proj-<alnum 48>"),
    ("anthropic", "sk-ant-api03-<alnum 93>AA"),
    ("sendgrid", "SG.<alnum 22>.<alnum 43>"),
    ("telegram_bot", "<digit 9>:AA<url 32>x"),
    ("vault", "hvs.<alnum 24>"),
    ("twilio", "SK<hex 32>"),
    ("digitalocean", "dop_v1_<hex 64>"),
    ("shopify", "shpat_<hex 32>"),
    ("huggingface", "hf_<alnum 34>"),
    ("docker_pat", "dckr_pat_<alnum 27>"),
    ("doppler", "dp.pt.<alnum 43>"),
    ("linear", "lin_api_<alnum 40>"),
    ("databricks", "dapi<hex 32>"),
    ("grafana_service", "glsa_<alnum 32>_<hex 8>"),
    ("newrelic", "NRAK-<alnum 27>"),
    ("age_key", "AGE-SECRET-KEY-1<bech32 58>"),
    ("jwt", "eyJ<alnum 33>.eyJ<alnum 80>.<url 43>"),
    ("bcrypt_hash", "$2b$12$<alnum 53>"),
    ("sha512_crypt_hash", "$6$<alnum 16>$<alnum 86>"),
    ("pbkdf2_hash", "$pbkdf2-sha512$600000$<alnum 22>$<alnum 86>"),
    ("argon2_hash", "$argon2id$v=19$m=65536,t=3,p=4$<alnum 22>$<alnum 43>"),
    ("ssha_hash", "{SSHA}<base64 38>=="),
    ("aws_secret_bare", "<base64 40>"),
];

/// Where such a token may stand.
pub const AROUND: &[&str] = &[
    "@",
    "we saw @ in the output",
    "值班記下 @ 結束",
    "\"@\",",
    "- value: @",
    "curl -s https://api.example/v1 -d '@'",
];

/// Secrets that what stands around them gives away.
pub const IN_CONTEXT: &[(&str, &[&str])] = &[
    ("pem_rsa", &["-----BEGIN RSA PRIVATE KEY-----\n⟦<lines 12>⟧\n-----END RSA PRIVATE KEY-----"]),
    ("pem_pkcs8", &["-----BEGIN PRIVATE KEY-----\n⟦<lines 3>⟧\n-----END PRIVATE KEY-----"]),
    ("pem_encrypted", &["-----BEGIN ENCRYPTED PRIVATE KEY-----\n⟦<lines 8>⟧\n-----END ENCRYPTED PRIVATE KEY-----"]),
    ("pem_one_line", &["TLS_KEY=\"-----BEGIN PRIVATE KEY-----\\n⟦<oneline 3>⟧\\n-----END PRIVATE KEY-----\\n\""]),
    ("pgp_key", &["-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n⟦<lines 9>⟧\n-----END PGP PRIVATE KEY BLOCK-----"]),
    (
        "openssh_key",
        &[
            "-----BEGIN OPENSSH PRIVATE KEY-----\n⟦b3BlbnNzaC1rZXktdjE<alnum 51>\n<lines 5>⟧\n-----END OPENSSH PRIVATE KEY-----",
        ],
    ),
    ("openssh_key_body", &["⟦b3BlbnNzaC1rZXktdjE<alnum 51>\n<lines 4>⟧"]),
    ("putty_key", &["PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-Lines: 1\n⟦<base64 48>⟧"]),
    (
        "db_url",
        &[
            "postgresql://odoo:⟦<alnum 20>⟧@db.internal:5432/prod",
            "engine = connect('mysql://app:⟦<sym 14>⟧@10.0.0.7/erp')",
        ],
    ),
    ("db_url_short_password", &["postgres://odoo:⟦<lower 6>⟧@db:5432/prod", "redis://:⟦<lower 4>⟧@cache:6379/0"]),
    (
        "broker_url",
        &["broker is amqp://worker:⟦<alnum 10>⟧@mq:5672//", "mongodb+srv://u:⟦<alnum 16>⟧@cluster0.example/x"],
    ),
    (
        "basic_auth_url",
        &["see https://deploy:⟦<alnum 12>⟧@git.example/ops.git", "http://<word>:⟦<lowdig 9>1⟧@10.1.2.3:8069/"],
    ),
    ("slack_webhook", &["https://hooks.slack.com/services/⟦T<alnum 8>/B<alnum 10>/<alnum 24>⟧"]),
    ("discord_webhook", &["https://discord.com/api/webhooks/⟦<digit 18>/<url 68>⟧"]),
    ("bearer_header", &["Authorization: Bearer ⟦<alnum 24>⟧", "curl -H 'authorization: bearer ⟦<url 39>x⟧'"]),
    ("basic_header", &["Authorization: Basic ⟦<base64 22>==⟧", "Proxy-Authorization: Basic ⟦<base64 28>⟧"]),
    ("api_key_header", &["X-Api-Key: ⟦<hex 32>⟧", "x-auth-token: ⟦<alnum 20>⟧"]),
    ("cookie", &["Cookie: session_id=⟦<hex 40>⟧; tz=Asia/Taipei", "set-cookie: sid=⟦<alnum 26>⟧; Path=/; HttpOnly"]),
    (
        "env_password_random",
        &["DB_PASSWORD=⟦<alnum 20>⟧", "export SMTP_PASSWORD=⟦<alnum 16>⟧", "PGPASSWORD=⟦<alnum 9>⟧ psql -h db"],
    ),
    ("env_password_symbols", &["DB_PASSWORD='⟦<sym 16>⟧'", "ADMIN_PASSWORD=\"⟦<sym 12>⟧\""]),
    ("env_password_weak", &["DB_PASSWORD=⟦<lower 7>⟧", "REDIS_PASSWORD=⟦<lower 5>⟧"]),
    (
        "ini_password",
        &[
            "db_password = ⟦<alnum 12>⟧",
            "admin_passwd = ⟦<lower 8>⟧",
            "admin_passwd = ⟦$pbkdf2-sha512$600000$<alnum 22>$<alnum 86>⟧",
        ],
    ),
    (
        "json_password",
        &[
            "{\"db_password\": \"⟦<lower 8>⟧\"}",
            "{\"user\":\"odoo\",\"password\":\"⟦<sym 14>⟧\"}",
            "{\\\"api_key\\\": \\\"⟦<alnum 16>⟧\\\"}",
        ],
    ),
    (
        "yaml_password",
        &["smtp_password: ⟦<lower 7>⟧", "    POSTGRES_PASSWORD: ⟦<alnum 18>⟧", "  secret: \"⟦<alnum 24>⟧\""],
    ),
    (
        "log_password",
        &["login failed for odoo password=⟦<lowdig 9>3⟧ from 10.0.0.7", "we saw api_key=⟦<alnum 16>⟧ in the history"],
    ),
    ("chinese_password", &["資料庫密碼：⟦<alnum 9>⟧", "新的口令: ⟦<alnum 10>⟧", "權杖=⟦<alnum 24>⟧"]),
    ("key_assignment", &["SECRET_KEY=⟦<hex 64>⟧", "FERNET_KEY=⟦<url 43>=⟧", "encryption_key: ⟦<hex 32>⟧"]),
    ("aws_secret_key", &["aws_secret_access_key = ⟦<base64 40>⟧", "AWS_SECRET_ACCESS_KEY=⟦<base64 40>⟧"]),
    (
        "azure_storage",
        &["DefaultEndpointsProtocol=https;AccountName=ops;AccountKey=⟦<base64 86>==⟧;EndpointSuffix=core"],
    ),
    (
        "command_line",
        &[
            "restic --password ⟦<lower 8>7x⟧",
            "mysql -uodoo -p⟦<alnum 10>⟧ prod",
            "docker run -e DB_PASSWORD=⟦<alnum 12>⟧ odoo",
            "app --api-key=⟦<alnum 24>⟧ sync",
        ],
    ),
    ("netrc", &["machine db login odoo password ⟦<lower 9>⟧"]),
    ("docker_auth", &["{\"auths\":{\"https://r.example\":{\"auth\": \"⟦<base64 31>=⟧\"}}}"]),
];
