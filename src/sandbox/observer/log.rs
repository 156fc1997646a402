//! What is written down, each thing once for each task.

use crate::calls::Kind;
use crate::owners::Owner;
use crate::paths::{is_below, reach, stays_below};
use crate::system::write;
use std::collections::{HashMap, HashSet};

/// The toolchain and the system: what is read there is in a key by other ways, and nothing there leads into a project.
pub const SYSTEM: &[&str] =
    &["/usr", "/build/toolchain", "/lib", "/lib32", "/lib64", "/bin", "/sbin", "/etc", "/sys", "/proc", "/dev"];

/// What is gone with the sandbox, so that only who is in it can see at the end what was left there.
const SCRATCH: &[&str] = &["/tmp", "/build/home", "/dev/shm"];

pub struct Log {
    file: i32,
    tasks: u32,
    /// Accesses that were written down, by their records.
    seen: HashSet<Vec<u8>>,
    /// Where paths led, as of which state of the links.
    reached: HashMap<Vec<u8>, u64>,
    links: u64,
    gaps: HashSet<Owner>,
    scratch: Vec<(Owner, Vec<u8>)>,
    record: Vec<u8>,
    /// What of the system is used is written down as well.
    with_system: bool,
}

impl Log {
    pub fn new(file: i32, with_system: bool) -> Log {
        Log {
            file,
            tasks: 0,
            seen: HashSet::new(),
            reached: HashMap::new(),
            links: 0,
            gaps: HashSet::new(),
            scratch: Vec::new(),
            record: Vec::new(),
            with_system,
        }
    }

    pub fn task(&mut self, program: &[u8], cwd: &[u8], words: &[Vec<u8>], variables: &[Vec<u8>]) -> Owner {
        self.tasks += 1;
        let task = Owner::Task(self.tasks);
        let mut fields = vec![program, cwd];
        let counts = [words, variables].map(|list| list.len().to_string());
        for (count, list) in counts.iter().zip([words, variables].iter()) {
            fields.push(count.as_bytes());
            fields.extend(list.iter().map(|each| each.as_slice()));
        }
        self.write(b't', task, &fields);
        task
    }

    pub fn gap(&mut self, owner: Owner, why: &str) {
        if self.gaps.insert(owner) {
            self.write(b'g', owner, &[why.as_bytes()]);
        }
    }

    pub fn links_may_lead_elsewhere(&mut self) {
        self.links += 1;
    }

    pub fn end(&mut self) {
        for (owner, path) in std::mem::take(&mut self.scratch) {
            if std::fs::symlink_metadata(crate::paths::as_path(&path)).is_err() {
                self.write(b'u', owner, &[&path]);
            }
        }
        self.write(b'e', Owner::Nobody, &[]);
    }

    /// Writes an access down, where its path leads, and the links on the way.
    pub fn access(&mut self, owner: Owner, kind: Kind, path: &[u8], follows: bool) {
        let changes = matches!(kind, Kind::Write | Kind::Make | Kind::Change);
        if is_system(path) {
            let is_process = path.starts_with(b"/proc/");
            if is_process && !leads_out_of_process(path) || !is_process && (!changes || path.starts_with(b"/dev")) {
                return self.system_access(owner, kind, path);
            }
        }
        self.begin_record(letter_of(kind, true), owner);
        self.record.push(follows as u8);
        self.record.extend_from_slice(path);
        if !changes && self.reached.get(&self.record) == Some(&self.links) {
            return;
        }
        if !changes {
            self.reached.insert(self.record.clone(), self.links);
        }
        let reached = reach(path, follows);
        let letter = letter_of(kind, reached.exists);
        self.once(letter, owner, path);
        if let Some(elsewhere) = reached.elsewhere {
            self.once(letter, owner, &elsewhere);
        }
        for link in reached.links {
            // To who follows it, it is itself: here, another process.
            if link == b"/proc/self" || link == b"/proc/thread-self" {
                self.gap(owner, "a process came to a file over `/proc/self`");
            }
            self.once(b'k', owner, &link);
        }
    }

    /// Writes down that a program of the system was to be executed, be it there or not, and that a file of it was opened.
    fn system_access(&mut self, owner: Owner, kind: Kind, path: &[u8]) {
        let letter = match kind {
            Kind::Run => b'p',
            Kind::Open if is_below(path, &["/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin", "/etc"]) => b's',
            _ => return,
        };
        if !self.with_system {
            return;
        }
        self.begin_record(letter, owner);
        self.record.extend_from_slice(path);
        self.record.push(0);
        if !self.seen.insert(self.record.clone()) {
            return;
        }
        // A loader tries many a directory. What is looked for in `/etc` is told in any case.
        if letter == b'p' || is_below(path, &["/etc"]) || crate::paths::is_file(path) {
            self.flush();
        }
    }

    /// Writes down that a process wanted to be connected to another machine, or over the internet's protocols to this one.
    pub fn connects(&mut self, owner: Owner) {
        self.begin_record(b'n', owner);
        if self.with_system && self.seen.insert(self.record.clone()) {
            self.flush();
        }
    }

    /// Writes down what a process used, beside files, that others may have used as well.
    pub fn meets(&mut self, owner: Owner, what: &str) {
        self.once(b'm', owner, what.as_bytes());
    }

    /// Writes down that a process asked for a port, of the internet's protocols, that nobody had.
    pub fn asks_for_port(&mut self, owner: Owner, port: u16) {
        self.once(b'v', owner, port.to_string().as_bytes());
    }

    fn once(&mut self, letter: u8, owner: Owner, path: &[u8]) {
        if is_system(path) && (letter != b'w' || is_below(path, &["/dev", "/proc"])) {
            return;
        }
        self.begin_record(letter, owner);
        self.record.extend_from_slice(path);
        self.record.push(0);
        if self.seen.contains(&self.record) {
            return;
        }
        self.seen.insert(self.record.clone());
        self.flush();
        if letter == b'w' && is_below(path, SCRATCH) {
            self.scratch.push((owner, path.to_vec()));
        }
    }

    fn write(&mut self, letter: u8, owner: Owner, fields: &[&[u8]]) {
        self.begin_record(letter, owner);
        for field in fields {
            self.record.extend_from_slice(field);
            self.record.push(0);
        }
        self.flush();
    }

    fn begin_record(&mut self, letter: u8, owner: Owner) {
        let number = match owner {
            Owner::Task(number) => number,
            Owner::Nobody | Owner::Unknown => 0,
        };
        self.record.clear();
        self.record.push(letter);
        self.record.extend_from_slice(number.to_string().as_bytes());
        self.record.push(0);
    }

    fn flush(&mut self) {
        let mut from = 0;
        while from < self.record.len() {
            let rest = &self.record[from..];
            let written = unsafe { write(self.file, rest.as_ptr(), rest.len()) };
            if written <= 0 {
                return;
            }
            from += written as usize;
        }
    }
}

/// Whether what lies at a path is of the system. Shared memory is of who made it.
fn is_system(path: &[u8]) -> bool {
    stays_below(path, SYSTEM) && !is_below(path, &["/dev/shm"])
}

/// Whether a path below `/proc` goes on over a process's directory or one of its files.
fn leads_out_of_process(path: &[u8]) -> bool {
    path.windows(4).any(|four| matches!(four, b"/cwd" | b"/roo" | b"/exe" | b"/fd/"))
}

fn letter_of(kind: Kind, exists: bool) -> u8 {
    match kind {
        Kind::Open => b'o',
        Kind::Run => b'x',
        Kind::Link => b'k',
        Kind::Write => b'w',
        Kind::Make if !exists => b'w',
        Kind::Change if exists => b'w',
        Kind::Look | Kind::Make | Kind::Change => b'l',
    }
}
