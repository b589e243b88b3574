//! As much of the Redis protocol (RESP 2) as a probe needs: a command out, one simple reply back.

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};

/// The most that is read of a reply, in bytes; INFO has a few KiB.
const LIMIT: u64 = 256 * 1024;
/// The most that is read of a line.
const LINE_LIMIT: u64 = 4096;

/// A reply.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reply {
    /// `+OK`
    Simple(String),
    /// `-NOAUTH …`: the first word. The rest may hold anything.
    Error(String),
    /// A text with its length.
    Bulk(String),
    /// Any other type of reply.
    Other,
}

/// Why there is no reply.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The connection ended.
    Ended,
    /// It is no RESP.
    NotResp,
}

/// A command as a server reads it.
pub(super) fn command(parts: &[&[u8]]) -> Vec<u8> {
    let mut out = format!("*{}\r\n", parts.len()).into_bytes();
    for part in parts {
        out.extend(format!("${}\r\n", part.len()).as_bytes());
        out.extend(*part);
        out.extend(b"\r\n");
    }
    out
}

/// One reply.
pub(super) async fn reply(from: &mut (impl AsyncBufRead + Unpin)) -> Result<Reply, Trouble> {
    let first = read_line(from).await?;
    let (kind, rest) = first.split_at_checked(1).ok_or(Trouble::NotResp)?;
    match kind {
        "+" => Ok(Reply::Simple(rest.to_owned())),
        "-" => Ok(Reply::Error(code(rest))),
        ":" | "*" => Ok(Reply::Other),
        "$" => bulk(rest, from).await,
        _ => Err(Trouble::NotResp),
    }
}

/// The first word of an error, where it is one as servers give them. Two that have none of their own get one.
fn code(error: &str) -> String {
    if error.starts_with("ERR max number of clients") {
        return "MAXCLIENTS".to_owned();
    }
    if error.starts_with("ERR AUTH") && error.contains("without any password") {
        return "NOPASSWORDSET".to_owned();
    }
    let word = error.split(' ').next().unwrap_or_default();
    let is_code = (2..=20).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_uppercase());
    if is_code { word.to_owned() } else { "ERR".to_owned() }
}

async fn bulk(length: &str, from: &mut (impl AsyncBufRead + Unpin)) -> Result<Reply, Trouble> {
    let length: u64 = match length.parse() {
        Ok(length) if length <= LIMIT => length,
        Err(_) if length == "-1" => return Ok(Reply::Other),
        _ => return Err(Trouble::NotResp),
    };
    let mut bytes = vec![0; length as usize + 2];
    from.read_exact(&mut bytes).await.map_err(|_| Trouble::Ended)?;
    let text = bytes.strip_suffix(b"\r\n").ok_or(Trouble::NotResp)?;
    Ok(Reply::Bulk(String::from_utf8_lossy(text).into_owned()))
}

async fn read_line(from: &mut (impl AsyncBufRead + Unpin)) -> Result<String, Trouble> {
    let mut bytes = Vec::new();
    from.take(LINE_LIMIT).read_until(b'\n', &mut bytes).await.map_err(|_| Trouble::Ended)?;
    match bytes.strip_suffix(b"\r\n") {
        Some(text) => String::from_utf8(text.to_vec()).map_err(|_| Trouble::NotResp),
        // Something else speaks, or it broke off in the middle of a reply.
        None if bytes.is_empty() || matches!(bytes[0], b'+' | b'-' | b':' | b'$' | b'*') => Err(Trouble::Ended),
        None => Err(Trouble::NotResp),
    }
}
