//! One HTML page: no script, no picture, nothing from elsewhere; it prints.

use super::document::Block;
use std::fmt::Write;

/// Nothing may be loaded or run, whatever the page says.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
const STYLE: &str = "
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; }
h2 { border-bottom: 1px solid #888; margin-top: 2rem; }
.lane { font-family: ui-monospace, monospace; font-weight: bold; border: 2px solid; padding: .3rem .6rem; display: inline-block; }
.aside { font-style: italic; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; }
dt { font-weight: bold; }
dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; }
th, td { border: 1px solid #888; padding: .25rem .5rem; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
@media print {
  body { margin: 0; max-width: none; font-size: 9pt; }
  h2, h3 { break-after: avoid; }
  tr, dl { break-inside: avoid; }
  thead { display: table-header-group; }
}
@page { margin: 15mm; }
";

pub(super) fn write(title: &str, blocks: &[Block]) -> String {
    let mut body = String::new();
    let mut lane = "";
    for block in blocks {
        match block {
            Block::Lane(text) => {
                lane = text;
                let _ = writeln!(body, "<p class=\"lane\">{}</p>", escaped(text));
            }
            Block::Heading(level, text) => {
                let _ = writeln!(body, "<h{level}>{}</h{level}>", escaped(text));
            }
            Block::Text(text) => {
                for paragraph in text.trim().split("\n\n") {
                    let _ = writeln!(body, "<p>{}</p>", escaped(paragraph.trim()).replace('\n', "<br>\n"));
                }
            }
            Block::Aside(text) => {
                let _ = writeln!(body, "<p class=\"aside\">{}</p>", escaped(text));
            }
            Block::Facts(facts) => {
                body.push_str("<dl>\n");
                for (name, value) in facts {
                    let _ = writeln!(body, "<dt>{name}</dt><dd>{}</dd>", escaped(value));
                }
                body.push_str("</dl>\n");
            }
            Block::Table(columns, rows) => table(columns, rows, &mut body),
        }
    }
    // The lane is in the first line here too, for who looks with less or grep.
    format!(
        "<!DOCTYPE html><!-- {lane} -->\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" \
         content=\"{POLICY}\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>{}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n",
        escaped(title)
    )
}

fn table(columns: &[&str], rows: &[Vec<String>], out: &mut String) {
    out.push_str("<table>\n<thead><tr>");
    for column in columns {
        let _ = write!(out, "<th scope=\"col\">{}</th>", escaped(column));
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for row in rows {
        out.push_str("<tr>");
        for cell in row {
            let _ = write!(out, "<td>{}</td>", escaped(cell));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n");
}

/// Text, in an element or in an attribute.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
