//! A name server on loopback that knows one name, and answers for it as a line of the matrix says.

use serde::Deserialize;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::UdpSocket;

/// A name that it knows where it is well.
const CONTROL: &str = "control.example";
const NAME: &str = "db.example";
const A: u16 = 1;
const AAAA: u16 = 28;
const NXDOMAIN: u8 = 3;

/// What the server answers.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Dns {
    a: Vec<Ipv4Addr>,
    aaaa: Vec<Ipv6Addr>,
    /// The code of its answers for the name; 0 is none.
    code: u8,
    /// The code of its answers for IPv6 alone.
    aaaa_code: u8,
    /// Whether the name is another name for one that has the address.
    is_alias: bool,
    /// Whether it does not know the control name.
    is_broken: bool,
    /// How late it answers, in milliseconds.
    late_ms: u64,
    /// The code for every other name; without one there is no such name.
    others_code: Option<u8>,
    /// Whether every other name has the same addresses.
    is_wildcard: bool,
    /// What is wrong with its messages.
    wrong: Option<Wrong>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Wrong {
    /// None come.
    Silent,
    /// None come but for the first that was not heard.
    Deaf,
    /// A few bytes.
    Short,
    /// The answer to another question.
    Identity,
    /// More records are promised than come.
    Count,
    /// The answer is cut where it fits no longer.
    Cut,
    /// Nothing listens.
    Closed,
}

impl Dns {
    /// Starts it; its address.
    pub(crate) async fn start(&self) -> SocketAddr {
        let socket = Arc::new(UdpSocket::bind("127.0.0.1:0").await.unwrap());
        let address = socket.local_addr().unwrap();
        let server = self.clone();
        if self.wrong == Some(Wrong::Closed) {
            return address;
        }
        tokio::spawn(async move {
            let (mut message, mut heard) = ([0; 512], 0);
            while let Ok((length, from)) = socket.recv_from(&mut message).await {
                heard += 1;
                // Both families are asked for at once, and once more each.
                let is_deaf = server.wrong == Some(Wrong::Deaf) && heard <= 2;
                if is_deaf || server.wrong == Some(Wrong::Silent) {
                    continue;
                }
                let (socket, reply) = (Arc::clone(&socket), server.reply(&message[..length]));
                let late = Duration::from_millis(server.late_ms);
                tokio::spawn(async move {
                    tokio::time::sleep(late).await;
                    socket.send_to(&reply, from).await
                });
            }
        });
        address
    }

    fn reply(&self, query: &[u8]) -> Vec<u8> {
        let (name, end) = asked(query);
        let kind = u16::from_be_bytes([query[end], query[end + 1]]);
        let known = name == NAME || self.is_wildcard;
        let (code, records) = if known {
            let code = if kind == AAAA && self.aaaa_code != 0 { self.aaaa_code } else { self.code };
            (code, self.records(kind))
        } else if name == CONTROL && !self.is_broken {
            (0, if kind == A { vec![record(A, &[192, 0, 2, 9])] } else { Vec::new() })
        } else if name == CONTROL {
            (self.code, Vec::new())
        } else {
            (self.others_code.unwrap_or(NXDOMAIN), Vec::new())
        };
        let records = if code == 0 { records } else { Vec::new() };
        self.spoil(&written(query, end + 4, code, &records))
    }

    fn records(&self, kind: u16) -> Vec<Vec<u8>> {
        // CNAME: the name that follows points at this one.
        let alias = self.is_alias.then(|| record(5, b"\x04real\xc0\x0f"));
        let four = self.a.iter().filter(|_| kind == A).map(|address| record(A, &address.octets()));
        let six = self.aaaa.iter().filter(|_| kind == AAAA).map(|address| record(AAAA, &address.octets()));
        alias.into_iter().chain(four).chain(six).collect()
    }

    fn spoil(&self, reply: &[u8]) -> Vec<u8> {
        let mut reply = reply.to_vec();
        match self.wrong {
            Some(Wrong::Short) => reply.truncate(5),
            Some(Wrong::Identity) => reply[0] = !reply[0],
            Some(Wrong::Count) => reply[7] += 1,
            Some(Wrong::Cut) => reply[2] |= 0x02,
            _ => {}
        }
        reply
    }
}

/// The name that is asked for, and where it ends.
fn asked(query: &[u8]) -> (String, usize) {
    let (mut labels, mut at) = (Vec::new(), 12);
    while query[at] != 0 {
        let end = at + 1 + usize::from(query[at]);
        labels.push(String::from_utf8_lossy(&query[at + 1..end]).into_owned());
        at = end;
    }
    (labels.join("."), at + 1)
}

fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    let mut record = b"\xc0\x0c".to_vec();
    record.extend(kind.to_be_bytes());
    record.extend([0, 1, 0, 0, 0, 60]);
    record.extend((data.len() as u16).to_be_bytes());
    record.extend(data);
    record
}

fn written(query: &[u8], question_end: usize, code: u8, records: &[Vec<u8>]) -> Vec<u8> {
    let mut reply = query[..question_end].to_vec();
    reply[2] = 0x81;
    reply[3] = 0x80 | code;
    reply[7] = records.len() as u8;
    reply.extend(records.concat());
    reply
}
