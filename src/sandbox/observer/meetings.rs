//! What tasks may meet by, beside files that they change: what one left or does, and another notices.
//!
//! Ports are looked up when they are asked for: a task that talks to itself meets nobody.

use crate::calls::{addresses, names_file, names_host, numbers, Kind};
use crate::log::Log;
use crate::owners::{Owner, Owners};
use crate::paths::is_below;
use crate::system::link_target;
use crate::word_of;
use std::collections::HashSet;

pub struct Meetings {
    /// Sockets, by their numbers, and the task that alone has them.
    own: HashSet<(Owner, u64)>,
}

impl Meetings {
    pub fn new() -> Meetings {
        Meetings { own: HashSet::new() }
    }

    pub fn call(
        &mut self,
        (pid, owner): (u32, Owner),
        (number, a): (i64, &[u64; 6]),
        owners: &mut Owners,
        log: &mut Log,
    ) {
        use self::numbers::*;
        match number {
            SHMGET | SHMAT | SHMCTL => log.meets(owner, "shared memory (`shmget`)"),
            SEMGET | SEMOP | SEMCTL | SEMTIMEDOP => log.meets(owner, "semaphores (`semget`)"),
            MSGGET | MSGSND | MSGRCV | MSGCTL => log.meets(owner, "message queues (`msgget`)"),
            MQ_OPEN | MQ_UNLINK => log.meets(owner, "message queues (`mq_open`)"),
            // To a group it is sent by the number of the one that began it; -1 is everybody.
            KILL => match a[0] as i32 {
                -1 => log.meets(owner, "all processes, by a signal"),
                group if group < 0 => process(owner, group.unsigned_abs(), owners, log),
                one => process(owner, one as u32, owners, log),
            },
            PIDFD_OPEN => process(owner, a[0] as u32, owners, log),
            _ => {
                let word = |at| word_of(pid, at);
                addresses(number, a, word, |at| self.address(owner, word(at), owners, log));
            }
        }
    }

    /// By the first bytes of a socket's address.
    fn address(&mut self, owner: Owner, address: u64, owners: &mut Owners, log: &mut Log) {
        let port = (address >> 16) as u16;
        if names_host(address) {
            self.port(owner, u16::from_be(port), owners, log);
        } else if address & 0xffff == 1 && !names_file(address) && address >> 24 != 0 {
            log.meets(owner, "a socket that has a name and no path");
        }
    }

    fn port(&mut self, owner: Owner, port: u16, owners: &mut Owners, log: &mut Log) {
        if port == 0 {
            return;
        }
        if owner == Owner::Unknown {
            return log.meets(owner, "a port");
        }
        let sockets = sockets_at(port);
        if sockets.is_empty() {
            return log.asks_for_port(owner, port);
        }
        let unknown: Vec<u64> = sockets.into_iter().filter(|socket| !self.own.contains(&(owner, *socket))).collect();
        if unknown.is_empty() {
            return;
        }
        let mut others = Vec::new();
        let mut found = HashSet::new();
        for (socket, pid) in holders() {
            if unknown.contains(&socket) {
                found.insert(socket);
                others.push(owners.of(pid).0);
            }
        }
        others.retain(|each| *each != owner);
        if others.is_empty() && found.len() == unknown.len() {
            return self.own.extend(unknown.into_iter().map(|socket| (owner, socket)));
        }
        let what = format!("port {}, which others used, too", port);
        for each in others.into_iter().chain(Some(owner)) {
            log.meets(each, &what);
        }
    }

    /// What a path below `/proc` shows of others; gives the kind by which the path is used.
    pub fn path(
        &mut self,
        owner: Owner,
        (number, kind): (i64, Kind),
        path: &[u8],
        owners: &mut Owners,
        log: &mut Log,
    ) -> Kind {
        if is_below(path, &["/proc"]) {
            let mut parts = path.split(|byte| *byte == b'/').filter(|part| !part.is_empty()).skip(1);
            let first = parts.next().unwrap_or(b"");
            let (id, rest) = match std::str::from_utf8(first).ok().and_then(|digits| digits.parse().ok()) {
                Some(id) => (id, parts.next().unwrap_or(b"")),
                None => (0u32, first),
            };
            match rest {
                _ if id != 0 && !is_own(owner, id, owners) => log.meets(owner, "other processes (`/proc`)"),
                b"" if id == 0 && kind != Kind::Link => log.meets(owner, "the list of processes (`/proc`)"),
                b"net" => log.meets(owner, "the list of sockets (`/proc/net`)"),
                b"sysvipc" | b"locks" => log.meets(owner, "`/proc`, which tells of other processes"),
                _ => {}
            }
        }
        // Who watches a directory learns which names are in it.
        let watches = number == numbers::INOTIFY_ADD_WATCH || number == numbers::FANOTIFY_MARK;
        if watches {
            Kind::Open
        } else {
            kind
        }
    }
}

/// Something is done to a process, which may be there or not.
fn process(owner: Owner, id: u32, owners: &mut Owners, log: &mut Log) {
    if id != 0 && !is_own(owner, id, owners) {
        log.meets(owner, "a process that it did not start");
    }
}

/// Whether a process works for a task, or is not there.
fn is_own(owner: Owner, id: u32, owners: &mut Owners) -> bool {
    let found = owners.of(id).0;
    found == owner && owner != Owner::Unknown || found == Owner::Unknown && !std::path::Path::new(&format!("/proc/{}", id)).exists()
}

/// The numbers of the sockets that listen at a port, or receive there without listening.
fn sockets_at(port: u16) -> Vec<u64> {
    const LISTENS: &str = "0A";
    let mut found = Vec::new();
    for (table, is_stream) in &[("tcp", true), ("tcp6", true), ("udp", false), ("udp6", false)] {
        let text = std::fs::read_to_string(format!("/proc/self/net/{}", table)).unwrap_or_default();
        for line in text.lines().skip(1) {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let local = fields.get(1).and_then(|address| address.rsplit(':').next());
            let is_here = local.and_then(|digits| u16::from_str_radix(digits, 16).ok()) == Some(port);
            if is_here && (!is_stream || fields.get(3) == Some(&LISTENS)) {
                found.extend(fields.get(9).and_then(|number| number.parse::<u64>().ok()));
            }
        }
    }
    found
}

/// Each open socket, by its number, and a process that has it open.
fn holders() -> Vec<(u64, u32)> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let id = match entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) {
            Some(id) => id,
            None => continue,
        };
        for file in std::fs::read_dir(entry.path().join("fd")).into_iter().flatten().flatten() {
            use std::os::unix::ffi::OsStrExt;
            let link = link_target(file.path().as_os_str().as_bytes()).unwrap_or_default();
            let number = link.strip_prefix(b"socket:[").and_then(|rest| rest.strip_suffix(b"]"));
            let number = number.and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
            all.extend(number.map(|number| (number, id)));
        }
    }
    all
}
