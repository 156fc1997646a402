//! `run program arguments…` is what Cargo and nextest start a test program by. It asks Gantry, over a socket beside itself,
//! whether an earlier result of the program is kept; if so, it prints what was printed then. Otherwise it runs the program as a
//! task of the observer, hands on what that prints, and tells Gantry all of it. What is said is described in `protocol.ts`.
//!
//! Whatever goes wrong between it and Gantry, the program runs as if it had been started by itself.

#[cfg(not(target_os = "linux"))]
compile_error!("Gantry keeps results of tests on Linux alone");

mod relay;

use crate::relay::{relay, Chunk, Ended};
use std::ffi::{OsStr, OsString};
use std::io::{Read, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{exit, Command};

const SOCKET: &str = "/build/tests/ask";

/// By this option the observer knows a task. What follows is the name of this one, and the program.
const TASK: &str = "--crate-name";

/// Where Cargo puts what it compiles. Other programs, such as those that rustdoc makes of examples, are nobody's concern.
const COMPILED: &[u8] = b"/build/target/";

fn main() {
    let words: Vec<OsString> = std::env::args_os().collect();
    let program = match words.get(1) {
        Some(word) if word == TASK => become_program(&words[3.min(words.len())..]),
        Some(word) => word,
        None => exit(125),
    };
    let lists = words[2..].iter().any(|word| word == "--list");
    if !program.as_bytes().starts_with(COMPILED) || lists {
        become_program(&words[1..]);
    }
    let answer = UnixStream::connect(SOCKET).ok().and_then(|socket| ask(socket, &words[1..]));
    match answer {
        Some((socket, b'r', name)) => run(socket, &words, name),
        Some((_, b'k', kept)) => print(&kept),
        _ => become_program(&words[1..]),
    }
}

fn become_program(words: &[OsString]) -> ! {
    let failed = match words.split_first() {
        Some((program, arguments)) => Command::new(program).args(arguments).exec().to_string(),
        None => "no program".to_string(),
    };
    eprintln!("{}: {}", words.first().map_or("run".into(), |word| word.to_string_lossy()), failed);
    exit(127)
}

/// Asks what to do; gives the letter of the answer, and what comes with it.
fn ask(mut socket: UnixStream, words: &[OsString]) -> Option<(UnixStream, u8, Vec<u8>)> {
    let variables: Vec<Vec<u8>> =
        std::env::vars_os().map(|(name, value)| [name.as_bytes(), b"=", value.as_bytes()].concat()).collect();
    let there: Vec<Vec<u8>> = SCRATCH.iter().flat_map(|place| entries(place)).chain(ports()).collect();
    let directory = std::env::current_dir().ok()?.into_os_string().into_vec();
    let mut fields = vec![directory, if relay::is_one_stream() { b"1".to_vec() } else { b"2".to_vec() }];
    for list in [words.iter().map(|word| word.as_bytes().to_vec()).collect(), variables, there] {
        fields.push(list.len().to_string().into_bytes());
        fields.extend(list);
    }
    let text: Vec<u8> = fields.into_iter().flat_map(|field| [field, vec![0]].concat()).collect();
    send(&mut socket, b'a', &text)?;
    let (letter, answer) = receive(&mut socket)?;
    Some((socket, letter, answer))
}

/// What others may have left for a test, or a test for others: what lies there before it begins, Gantry has to know.
const SCRATCH: &[&str] = &["/tmp", "/dev/shm", "/build/home", "/build/home/.cargo", "/build/target/tmp"];

fn entries(place: &str) -> Vec<Vec<u8>> {
    let found = std::fs::read_dir(place).into_iter().flatten();
    found.flatten().map(|entry| entry.path().into_os_string().into_vec()).collect()
}

/// The ports at which somebody listens, or receives without listening.
fn ports() -> Vec<Vec<u8>> {
    const LISTENS: &str = "0A";
    let mut found = Vec::new();
    for (table, is_stream) in &[("tcp", true), ("tcp6", true), ("udp", false), ("udp6", false)] {
        let text = std::fs::read_to_string(format!("/proc/net/{}", table)).unwrap_or_default();
        for line in text.lines().skip(1) {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let local = fields.get(1).and_then(|address| address.rsplit(':').next());
            let port = local.and_then(|digits| u16::from_str_radix(digits, 16).ok());
            if !is_stream || fields.get(3) == Some(&LISTENS) {
                found.extend(port.map(|port| format!("port {}", port).into_bytes()));
            }
        }
    }
    found
}

/// A message is a letter, the length of what comes with it, a line break, and that.
fn send(socket: &mut UnixStream, letter: u8, text: &[u8]) -> Option<()> {
    let head = [&[letter][..], text.len().to_string().as_bytes(), b"\n"].concat();
    socket.write_all(&head).and_then(|()| socket.write_all(text)).ok()
}

fn receive(socket: &mut UnixStream) -> Option<(u8, Vec<u8>)> {
    let mut head = Vec::new();
    let mut byte = [0];
    loop {
        socket.read_exact(&mut byte).ok()?;
        if byte[0] == b'\n' {
            break;
        }
        head.push(byte[0]);
    }
    let (letter, digits) = head.split_first()?;
    let mut text = vec![0; std::str::from_utf8(digits).ok()?.parse().ok()?];
    socket.read_exact(&mut text).ok()?;
    Some((*letter, text))
}

fn run(mut socket: UnixStream, words: &[OsString], name: Vec<u8>) -> ! {
    let mut command = Command::new(&words[0]);
    command.arg(TASK).arg(OsStr::from_bytes(&name)).args(&words[1..]);
    let ended = match relay(command) {
        Ok(ended) => ended,
        Err(_) => become_program(&words[1..]),
    };
    let Ended { end, outlived, chunks } = ended;
    let mut text = Vec::new();
    text.extend(end.to_string().as_bytes());
    text.extend(if outlived { b"\0outlived\0" as &[u8] } else { b"\0\0" });
    for Chunk { stream, bytes } in chunks {
        text.extend(format!("{}{}\n", stream, bytes.len()).as_bytes());
        text.extend(bytes);
    }
    send(&mut socket, b'e', &text);
    end.end_likewise()
}

/// Prints what was printed before, each piece on the stream that it came from.
fn print(mut kept: &[u8]) -> ! {
    while let Some(end) = kept.iter().position(|byte| *byte == b'\n') {
        let stream = kept[0];
        let length: usize = std::str::from_utf8(&kept[1..end]).ok().and_then(|digits| digits.parse().ok()).unwrap_or(0);
        let bytes = &kept[end + 1..(end + 1 + length).min(kept.len())];
        // Who reads no further does not want the rest.
        let written = if stream == b'2' {
            std::io::stderr().write_all(bytes)
        } else {
            let mut out = std::io::stdout();
            out.write_all(bytes).and_then(|()| out.flush())
        };
        if written.is_err() {
            break;
        }
        kept = &kept[(end + 1 + length).min(kept.len())..];
    }
    exit(0)
}
