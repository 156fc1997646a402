//! What is written down, each thing once for each task.

use crate::calls::Kind;
use crate::moves::{Moves, Used};
use crate::owners::Owner;
use crate::paths::{goes_up, is_below, place_of, reach, stays_below, Reached};
use crate::system::{last_error, write, EINTR};
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
    /// Uses of paths that lead where they did until a link is moved.
    lasting: HashSet<Vec<u8>>,
    moves: Moves,
    /// Of paths that go up from the system's directories, whether they stay in them.
    going_up: HashMap<Vec<u8>, bool>,
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
            lasting: HashSet::new(),
            moves: Moves::new(),
            going_up: HashMap::new(),
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

    /// Has to be told of each call, before anything else of it, see `Moves`.
    pub fn begin_call(&mut self, thread: u32, number: i64) {
        if self.moves.begin_call(thread, number) {
            self.look_again();
        }
    }

    /// By the call at hand, paths come to lead elsewhere.
    pub fn begin_move(&mut self) {
        // It may undo what another one has done meanwhile.
        self.look_again();
        self.moves.begin_move();
    }

    /// From now on, paths may come to lead elsewhere without a word.
    pub fn become_unsure(&mut self) {
        self.moves.become_unsure();
    }

    pub fn end(&mut self) {
        self.look_again();
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
        if seems_system(path) && (!goes_up(path) || self.stays_in_system(path)) {
            let is_process = path.starts_with(b"/proc/");
            if is_process && !leads_out_of_process(path) || !is_process && (!changes || path.starts_with(b"/dev")) {
                return self.system_access(owner, kind, path);
            }
        }
        // A link with a slash behind it is what it leads to, even to who follows none.
        let follows = follows || kind != Kind::Make && (path.ends_with(b"/") || path.ends_with(b"/."));
        if !changes {
            self.moves.uses(Used { owner, kind, path: path.to_vec(), follows });
        }
        let remembers = !changes && !self.moves.may_be_under_way();
        self.begin_record(letter_of(kind, true), owner);
        self.record.push(follows as u8);
        self.record.extend_from_slice(path);
        if remembers && self.lasting.contains(&self.record) {
            return;
        }
        let reached = reach(path, follows);
        if remembers && reached.is_lasting {
            self.lasting.insert(self.record.clone());
        }
        self.note_reached(owner, kind, path, reached);
    }

    fn note_reached(&mut self, owner: Owner, kind: Kind, path: &[u8], reached: Reached) {
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

    /// Writes down where paths lead now, of uses that may have come before or after a move.
    fn look_again(&mut self) {
        self.lasting.clear();
        for used in self.moves.doubtful() {
            let reached = reach(&used.path, used.follows);
            self.note_reached(used.owner, used.kind, &used.path, reached);
        }
    }

    /// Whether a path that goes up from a directory of the system leads to the system, by its text and by its links. These are
    /// never moved; and whose directory is in `/proc`, is seen from its names.
    fn stays_in_system(&mut self, path: &[u8]) -> bool {
        if !stays_below(path, SYSTEM) || path.starts_with(b"/proc/") {
            return stays_below(path, SYSTEM);
        }
        if let Some(stays) = self.going_up.get(path) {
            return *stays;
        }
        let stays = is_below(&place_of(path), SYSTEM);
        self.going_up.insert(path.to_vec(), stays);
        stays
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
            if written < 0 && last_error() == EINTR {
                continue;
            }
            // A log that lacks something never ends, see `end`: not even if there is room again, on a full disk.
            if written <= 0 {
                self.file = -1;
                return;
            }
            from += written as usize;
        }
    }
}

/// Whether what lies at a path is of the system. Shared memory is of who made it.
fn is_system(path: &[u8]) -> bool {
    seems_system(path) && stays_below(path, SYSTEM)
}

/// Likewise, of a path that does not go up.
fn seems_system(path: &[u8]) -> bool {
    is_below(path, SYSTEM) && !is_below(path, &["/dev/shm"])
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
