//! A question to a name server and its answer, as RFC 1035 writes them. Pure.

use super::Why;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The bytes of a message before its question.
const HEADER: usize = 12;
/// Record types: an IPv4 address, an IPv6 address.
pub(super) const A: u16 = 1;
pub(super) const AAAA: u16 = 28;

/// A question for one type of address.
pub(super) struct Query {
    /// The message to send.
    pub(super) message: Vec<u8>,
}

/// What a message is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    /// The answer to another question, or none: wait on.
    Other,
    /// The answer.
    Answer {
        /// The addresses in it; aliases on the way are not kept.
        addresses: Vec<IpAddr>,
        /// Why there are none, or not all.
        why: Option<Why>,
    },
}

impl Query {
    /// Asks for a name. `None` where it can't be written: a label that is empty or too long, letters that are
    /// not ASCII.
    pub(super) fn new(name: &str, kind: u16, id: u16) -> Option<Self> {
        let mut message = id.to_be_bytes().to_vec();
        // Recursion desired; one question.
        message.extend([1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
        for label in name.strip_suffix('.').unwrap_or(name).split('.') {
            let length = u8::try_from(label.len()).ok().filter(|length| (1..=63).contains(length))?;
            label.is_ascii().then_some(())?;
            message.push(length);
            message.extend(label.bytes());
        }
        message.push(0);
        message.extend(kind.to_be_bytes());
        message.extend([0, 1]);
        (message.len() <= HEADER + 255 + 4).then_some(Self { message })
    }

    /// Reads a message that came back.
    pub(super) fn read(&self, message: &[u8]) -> Reply {
        let garbled = Reply::Answer { addresses: Vec::new(), why: Some(Why::Garbled) };
        let Some(header) = message.get(..HEADER) else { return garbled };
        if header[..2] != self.message[..2] {
            return Reply::Other;
        }
        let question = &self.message[HEADER..];
        let end = HEADER + question.len();
        let is_answer = header[2] & 0x80 != 0;
        // A server that refuses may leave the question out.
        let code = header[3] & 0x0f;
        let why = match code {
            0 if !is_answer => return garbled,
            0 => (header[2] & 0x02 != 0).then_some(Why::Truncated),
            2 => Some(Why::Servfail),
            3 => Some(Why::Nxdomain),
            5 => Some(Why::Refused),
            other => Some(Why::Code(other)),
        };
        if code != 0 {
            return Reply::Answer { addresses: Vec::new(), why };
        }
        if !message.get(HEADER..end).is_some_and(|echo| echo.eq_ignore_ascii_case(question)) {
            return garbled;
        }
        match records(message, end, u16::from_be_bytes([header[6], header[7]])) {
            Some(addresses) => Reply::Answer { addresses, why },
            None => garbled,
        }
    }
}

/// The addresses among so many records. `None` where the message ends before they do.
fn records(message: &[u8], mut at: usize, count: u16) -> Option<Vec<IpAddr>> {
    let mut addresses = Vec::new();
    for _ in 0..count {
        at = after_name(message, at)?;
        let fixed: [u8; 10] = message.get(at..at + 10)?.try_into().ok()?;
        let data = message.get(at + 10..at + 10 + usize::from(u16::from_be_bytes([fixed[8], fixed[9]])))?;
        match u16::from_be_bytes([fixed[0], fixed[1]]) {
            A => addresses.push(Ipv4Addr::from(<[u8; 4]>::try_from(data).ok()?).into()),
            AAAA => addresses.push(Ipv6Addr::from(<[u8; 16]>::try_from(data).ok()?).into()),
            _ => {}
        }
        at += 10 + data.len();
    }
    Some(addresses)
}

/// Where a name ends: after its last label, or after the two bytes that point elsewhere.
fn after_name(message: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match *message.get(at)? {
            0 => return Some(at + 1),
            length if length & 0xc0 == 0xc0 => return Some(at + 2),
            length => at += 1 + usize::from(length),
        }
    }
}
