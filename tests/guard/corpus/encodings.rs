//! The encodings in which a piece of a value may be written, each as its own writers write it.

const STANDARD: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE32: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Bytes in an alphabet of 2^`bits` characters, `group` characters at a time, filled up with `=`.
fn in_alphabet(bytes: &[u8], alphabet: &str, bits: usize, group: usize) -> String {
    let bit = |at: usize| bytes.get(at / 8).map_or(0, |byte| usize::from(byte >> (7 - at % 8) & 1));
    let characters = (bytes.len() * 8).div_ceil(bits);
    let index = |character: usize| (0..bits).fold(0, |index, at| index << 1 | bit(character * bits + at));
    let text: String = (0..characters).map(|at| char::from(alphabet.as_bytes()[index(at)])).collect();
    let filled = text.len().next_multiple_of(group) - text.len();
    text + &"=".repeat(filled)
}

pub fn base64(bytes: &[u8]) -> String {
    in_alphabet(bytes, STANDARD, 6, 4)
}

pub fn base32(bytes: &[u8]) -> String {
    in_alphabet(bytes, BASE32, 5, 8)
}

/// Every byte so, with something between them.
pub fn bytes_as(bytes: &[u8], between: &str, written: impl Fn(u8) -> String) -> String {
    bytes.iter().map(|byte| written(*byte)).collect::<Vec<_>>().join(between)
}

pub fn hex(bytes: &[u8]) -> String {
    bytes_as(bytes, "", |byte| format!("{byte:02x}"))
}

fn each(text: &str, written: impl Fn(char) -> String) -> String {
    text.chars().map(written).collect()
}

/// Every character as it is, but for these.
fn but(text: &str, special: &[(char, &str)]) -> String {
    each(text, |c| special.iter().find(|(from, _)| *from == c).map_or(c.to_string(), |(_, to)| (*to).to_owned()))
}

fn json(text: &str) -> String {
    but(text, &[('"', "\\\""), ('\\', "\\\\")])
}

fn html(text: &str, apostrophe: &str, quote: &str) -> String {
    but(text, &[('&', "&amp;"), ('<', "&lt;"), ('>', "&gt;"), ('\'', apostrophe), ('"', quote)])
}

fn percent(text: &str) -> String {
    each(text, |c| if c.is_ascii_alphanumeric() { c.to_string() } else { format!("%{:02X}", u32::from(c)) })
}

/// Named references of HTML for what is no letter and no digit.
fn named(text: &str) -> String {
    let names = [
        ('&', "&amp;"),
        ('<', "&lt;"),
        ('>', "&gt;"),
        ('"', "&quot;"),
        ('\'', "&apos;"),
        ('!', "&excl;"),
        ('@', "&commat;"),
        ('/', "&sol;"),
        ('\\', "&bsol;"),
        ('+', "&plus;"),
        ('=', "&equals;"),
        ('%', "&percnt;"),
        ('$', "&dollar;"),
        ('#', "&num;"),
        (';', "&semi;"),
        (':', "&colon;"),
        ('{', "&lcub;"),
        ('}', "&rcub;"),
    ];
    but(text, &names)
}

/// Quoted-printable, with a soft line break after every twentieth character.
fn quoted_printable(text: &str) -> String {
    let mut out = String::new();
    for (at, byte) in text.bytes().enumerate() {
        out += if at % 20 == 19 { "=\r\n" } else { "" };
        match byte {
            b'=' | 0..=31 | 127.. => out.extend(["=", &hex(&[byte]).to_uppercase()]),
            other => out.push(char::from(other)),
        }
    }
    out
}

fn utf_16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn wrapped(text: &str, width: usize) -> String {
    text.as_bytes().chunks(width).map(String::from_utf8_lossy).collect::<Vec<_>>().join("\n")
}

fn rot13(text: &str) -> String {
    let turned = |c: char, first: u8| char::from((c as u8 - first + 13) % 26 + first);
    each(text, |c| match c {
        'a'..='z' => turned(c, b'a').to_string(),
        'A'..='Z' => turned(c, b'A').to_string(),
        other => other.to_string(),
    })
}

/// A piece of a value in every encoding. In base64 and base32 it stands inside of a longer text, at any alignment.
pub fn written(piece: &str, shift: usize) -> Vec<(&'static str, String)> {
    let bytes = piece.as_bytes();
    let inside = format!("{}{piece}zz", &"abcd"[..shift % 5]);
    let inside = inside.as_bytes();
    let long = format!("{{\"user\":\"odoo\",\"password\":\"{}\",\"host\":\"db.internal\"}}", json(piece));
    let numbers = |radix: &str, between: &str| {
        bytes_as(bytes, between, |byte| match radix {
            "o" => format!("{byte:03o}"),
            "d" => byte.to_string(),
            "b" => format!("{byte:08b}"),
            "0x" => format!("{byte:#04x}"),
            _ => format!("{byte:02x}"),
        })
    };
    vec![
        ("plain", piece.to_owned()),
        ("reversed", piece.chars().rev().collect()),
        ("rot13", rot13(piece)),
        ("base64", base64(inside)),
        ("base64url", base64(inside).replace('+', "-").replace('/', "_").replace('=', "")),
        ("base64 in a URL", percent(&base64(inside))),
        ("base64 in JSON of PHP", base64(inside).replace('/', "\\/")),
        ("base64 in lines", wrapped(&base64(format!("{}{long}", "x".repeat(40 + shift)).as_bytes()), 76)),
        ("base64 in base64", base64(format!("{{\"auth\":\"{}\"}}", base64(inside)).as_bytes())),
        ("base64 of JSON", base64(long.as_bytes())),
        ("base64 of UTF-16", base64(&utf_16(piece))),
        ("base64 of UTF-16, cut", base64(&utf_16(&format!("echo {piece} >> x")))[1 + shift..].to_owned()),
        ("base32", base32(inside)),
        ("base32 without padding", base32(inside).replace('=', "")),
        ("base32, lower case", base32(inside).to_lowercase()),
        ("hex", hex(bytes)),
        ("HEX", hex(bytes).to_uppercase()),
        ("hex, mixed case", bytes_as(bytes, "", |byte| format!("{:X}{:x}", byte >> 4, byte & 15))),
        ("hex, cut within a byte", hex(format!("a{piece}").as_bytes())[1..].to_owned()),
        ("hex with blanks", numbers("x", " ")),
        ("hex with colons", numbers("x", ":")),
        ("hex with dashes", numbers("x", "-")),
        ("hex in words of two", wrapped(&hex(bytes), 4).replace('\n', " ")),
        ("hex in lines", wrapped(&hex(bytes), 60)),
        ("hex as \\x61", bytes_as(bytes, "", |byte| format!("\\x{byte:02x}"))),
        ("hex as 0x61, 0x62", numbers("0x", ", ")),
        ("hex as 0x61,0x62 in lines", numbers("0x", ",\n        ")),
        ("hex as \\\\x6162", format!("\\x{}", hex(bytes))),
        ("octal as \\141", bytes_as(bytes, "", |byte| format!("\\{byte:03o}"))),
        ("octal as \\0141", bytes_as(bytes, "", |byte| format!("\\0{byte:03o}"))),
        ("octal with blanks", numbers("o", " ")),
        ("decimals with blanks", numbers("d", " ")),
        ("decimals with commas", numbers("d", ", ")),
        ("binary", numbers("b", " ")),
        ("percent", percent(piece)),
        ("percent, every byte", bytes_as(bytes, "", |byte| format!("%{byte:02x}"))),
        ("percent, twice", percent(&percent(piece))),
        ("percent, as %u0061", each(piece, |c| format!("%u{:04x}", u32::from(c)))),
        ("form", percent(piece).replace("%20", "+")),
        ("JSON", json(piece)),
        ("JSON with escaped slashes", json(piece).replace('/', "\\/")),
        ("JSON, every character", each(piece, |c| format!("\\u{:04x}", u32::from(c)))),
        ("JSON in JSON", json(&json(piece))),
        ("JavaScript, \\u{61}", each(piece, |c| format!("\\u{{{:x}}}", u32::from(c)))),
        ("Python, \\U00000061", each(piece, |c| format!("\\U{:08x}", u32::from(c)))),
        ("HTML", html(piece, "&#39;", "&quot;")),
        ("HTML, &#039; and &#34;", html(piece, "&#039;", "&#34;")),
        ("HTML, &#x27; and &apos;", html(piece, "&#x27;", "&quot;").replace("&#x27;", "&apos;")),
        ("HTML, names", named(piece)),
        ("HTML, decimal", each(piece, |c| format!("&#{};", u32::from(c)))),
        ("HTML, decimal with zeros", each(piece, |c| format!("&#{:09};", u32::from(c)))),
        ("HTML, decimal, no semicolon", bytes_as(bytes, "", |byte| format!("&#{byte}"))),
        ("HTML, hex", each(piece, |c| format!("&#x{:x};", u32::from(c)))),
        ("HTML, HEX with zeros", each(piece, |c| format!("&#X{:06X};", u32::from(c)))),
        ("HTML, hex, no semicolon", each(piece, |c| format!("&#x{:04x}", u32::from(c)))),
        ("HTML in HTML", html(&html(piece, "&#39;", "&quot;"), "&#39;", "&quot;")),
        ("HTML in JSON", json(&html(piece, "&#39;", "&quot;"))),
        ("XML in a URL", percent(&html(piece, "&apos;", "&quot;"))),
        ("quoted-printable", quoted_printable(piece)),
        ("quoted-printable, every byte", bytes_as(bytes, "", |byte| format!("={byte:02X}"))),
        ("shell, '\\''", piece.replace('\'', "'\\''")),
        ("shell, '\"'\"'", piece.replace('\'', "'\"'\"'")),
        ("shell, backslashes", each(piece, |c| if c.is_alphanumeric() { c.to_string() } else { format!("\\{c}") })),
        (
            "shell, $'...'",
            format!("$'{}'", but(piece, &[('\'', "\\'"), ('\\', "\\\\"), ('!', "\\041"), ('%', "\\x25")])),
        ),
        ("SQL and YAML, ''", piece.replace('\'', "''")),
        ("CSV, \"\"", piece.replace('"', "\"\"")),
        ("compose, $$", piece.replace('$', "$$")),
        ("systemd and ini, %%", piece.replace('%', "%%")),
        ("JSON in CSV", json(piece).replace('"', "\"\"")),
        ("UTF-16 as it is", String::from_utf8(utf_16(piece)).expect("the values are ASCII")),
    ]
}
