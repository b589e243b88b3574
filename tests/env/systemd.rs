//! systemd's `EnvironmentFile=` grammar; `tests/env/consumers.rs` holds it to what systemd answered.

use readback::env::systemd::{self, Ignored, Why};

fn read(text: &str) -> Vec<(String, String, usize)> {
    let file = systemd::parse(text.as_bytes()).unwrap();
    let text = |value: &[u8]| String::from_utf8(value.to_vec()).unwrap();
    file.variables.iter().map(|found| (found.key.clone(), text(found.value.expose()), found.line)).collect()
}

fn one(text: &str) -> String {
    read(text).pop().map(|(_, value, _)| value).unwrap_or_default()
}

#[test]
fn quotes_backslashes_and_continued_lines_are_those_of_a_shell() {
    for (text, value) in [
        ("A= x \n", "x"),
        ("A='x $B'\n", "x $B"),
        ("A=\"x\\\"y\\n\"\n", "x\"y\\n"),
        ("A=one \\\n two\n", "one  two"),
        ("A=\"one\\\ntwo\"\n", "onetwo"),
        ("A='x' 'y'\n", "xy"),
        ("A=x # y\n", "x # y"),
        ("A=$B\n", "$B"),
        ("A=x", "x"),
    ] {
        assert_eq!(one(text), value, "{text}");
    }
}

#[test]
fn comments_have_two_marks_and_lines_of_no_use_are_ignored() {
    let file = systemd::parse(b"# a\n; b\nexport A=1\nB\n\n  C=3\nC=4\n").unwrap();
    assert_eq!(file.ignored, [Ignored { line: 3, why: Why::Name }, Ignored { line: 4, why: Why::NoEquals }]);
    assert_eq!(file.get("C").map(|found| found.line), Some(7));
    assert_eq!(systemd::setting("-/etc/default/odoo"), ("/etc/default/odoo", false));
    assert_eq!(systemd::setting("/etc/default/odoo"), ("/etc/default/odoo", true));
}

#[test]
fn a_nul_or_bytes_that_are_no_text_refuse_the_file_with_a_line() {
    assert_eq!(systemd::parse(b"A=1\nB=\xff\n").unwrap_err().line, 2);
    assert_eq!(systemd::parse(b"A=1\nB=x\0\n").unwrap_err().line, 2);
    assert!(systemd::parse(b"# \xff\nA=1\n").is_ok());
}

#[test]
fn an_error_says_the_line_and_the_column() {
    for (bytes, place) in
        [(&b"A=1\nB=\xff\n"[..], (2, 1)), (b"A=1\n  B='x\n\xff'\nC=1\n", (2, 3)), (b"A=1\nB=\xc3\xa4\0\n", (2, 4))]
    {
        let error = systemd::parse(bytes).unwrap_err();
        assert_eq!((error.line, error.column), place, "{error}");
        assert!(error.to_string().contains(&format!("column {}", place.1)), "{error}");
    }
}
