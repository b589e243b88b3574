//! Sections, marks and required keys of templates.
#![allow(clippy::unwrap_used)]

use super::*;

const TEMPLATE: &[u8] = b"# Template of the stack. Copy to .env.

COMPOSE_PROJECT_NAME=odoo18-prod

# ==========================
# Database (REQUIRED)
# Secret: odoo18/prod/db-credentials (fields as the keys)
# ==========================
DB_HOST=
# the port of the managed server
DB_PORT=5432
DB_PASSWORD=   # 32 characters

# OCR - OPTIONAL
OCR_SERVICE_URL='http://ocr'

# Misc
ENVIRONMENT=production
# S3: REQUIRED
ORG_S3_BUCKET=
";

#[test]
fn sections_marks_secrets_and_defaults_come_from_the_comments() {
    let template = parse(TEMPLATE).unwrap();
    let sections: Vec<_> = template.sections.iter().map(|s| (s.title.as_str(), s.line, s.mark)).collect();
    let want = [
        ("Template of the stack. Copy to .env", 1, Mark::Unmarked),
        ("Database", 5, Mark::Required),
        ("OCR", 14, Mark::Optional),
        ("Misc", 17, Mark::Unmarked),
        ("S3", 19, Mark::Required),
    ];
    assert_eq!(sections, want);
    assert_eq!(template.sections[1].secret.as_deref(), Some("odoo18/prod/db-credentials"));
    let keys: Vec<_> =
        template.keys.iter().map(|k| (k.key.as_str(), k.line, template.is_required(k), k.default.expose())).collect();
    let want: [(&str, usize, bool, &[u8]); 7] = [
        ("COMPOSE_PROJECT_NAME", 3, false, b"odoo18-prod"),
        ("DB_HOST", 9, true, b""),
        ("DB_PORT", 11, true, b"5432"),
        ("DB_PASSWORD", 12, true, b""),
        ("OCR_SERVICE_URL", 15, false, b"http://ocr"),
        ("ENVIRONMENT", 18, false, b"production"),
        ("ORG_S3_BUCKET", 20, true, b""),
    ];
    assert_eq!(keys, want);
}

#[test]
fn an_assignment_in_a_comment_gives_no_value_to_a_title() {
    let template = parse(b"# DB_PASSWORD=cAnArY7pass\nDB_PASSWORD=\n").unwrap();
    assert_eq!(template.sections[0].title, "DB_PASSWORD");
}
