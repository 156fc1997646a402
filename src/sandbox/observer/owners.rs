//! For which task a process works.

use crate::system::{open, pread, O_CLOEXEC};
use std::collections::HashMap;

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Owner {
    /// Cargo, and what is between it and the command.
    Nobody,
    /// Its parents ended before it was seen.
    Unknown,
    Task(u32),
}

/// A process or thread that was seen.
#[derive(Clone, Copy)]
struct Seen {
    owner: Owner,
    process: u32,
    /// When it began, in ticks of the system.
    start: u64,
    /// The time of `Clock` from which on another one may have its number.
    until: u64,
}

pub struct Owners {
    seen: HashMap<u32, Seen>,
    clock: Clock,
    this: u32,
}

impl Owners {
    /// `first` is the command, which lives as long as all else.
    pub fn new(first: u32) -> Owners {
        let mut seen = HashMap::new();
        seen.insert(first, Seen { owner: Owner::Nobody, process: first, start: 0, until: u64::MAX });
        Owners { seen, clock: Clock::new(), this: std::process::id() }
    }

    /// Has to be told of each call by which a process or thread may begin, since numbers are given out again.
    pub fn begins(&mut self) {
        self.clock.begins();
    }

    /// The owner of a process or thread, and the number of the process.
    pub fn of(&mut self, id: u32) -> (Owner, u32) {
        let known = self.seen.get(&id).copied();
        if let Some(seen) = known {
            if self.clock.is_before(seen.until) {
                return (seen.owner, seen.process);
            }
        } else {
            self.clock.look();
        }
        let until = self.clock.next(id);
        let start = start_of(id);
        if let (Some(seen), Some(start)) = (known, start) {
            if seen.start == start {
                self.seen.insert(id, Seen { until, ..seen });
                return (seen.owner, seen.process);
            }
        }
        let (process, parent) = match family_of(id) {
            Some(family) => family,
            None => return (Owner::Unknown, id),
        };
        let owner = if process != id {
            self.of(process).0
        } else if parent == self.this || parent <= 1 {
            Owner::Unknown
        } else {
            self.of(parent).0
        };
        self.seen.insert(id, Seen { owner, process, start: start.unwrap_or(0), until });
        (owner, process)
    }

    /// The parent of a process works for a task.
    pub fn set_parent_of(&mut self, process: u32, owner: Owner) {
        if let Some((_, parent)) = family_of(process) {
            if parent > 1 && parent != self.this {
                self.set(parent, owner);
            }
        }
    }

    /// A process has become another program, which works for a task.
    pub fn set(&mut self, process: u32, owner: Owner) {
        self.clock.look();
        let until = self.clock.next(process);
        self.seen.insert(process, Seen { owner, process, start: start_of(process).unwrap_or(0), until });
    }
}

/// Counts the numbers of processes that the system gave out, all around and around.
///
/// A number is given out a second time only after all others. Each new process or thread is a call that the observer sees,
/// so that it cannot miss that the numbers began again, and knows how far they may have gone on since it looked.
struct Clock {
    /// `/proc/loadavg`, which ends with how many threads there are and the number that was given out last.
    file: i32,
    /// No number is that high.
    limit: u64,
    /// As of the last look.
    now: u64,
    /// How many numbers the system may have gone on by since then.
    gone_on: u64,
}

const ROUND: u64 = 1 << 32;

/// A new thread takes the next number that is not in use, and each thread may keep three in use beside that: its process's, its
/// group's and its session's.
const NUMBERS_OF_ONE: u64 = 4;

impl Clock {
    fn new() -> Clock {
        let file = unsafe { open(b"/proc/loadavg\0".as_ptr().cast(), O_CLOEXEC) };
        let limit = std::fs::read("/proc/sys/kernel/pid_max").ok().and_then(|text| number(&text)).unwrap_or(0);
        let mut clock = Clock { file, limit, now: 0, gone_on: 0 };
        clock.look();
        clock
    }

    fn begins(&mut self) {
        self.gone_on += NUMBERS_OF_ONE;
    }

    /// Whether a time is to come. Looks only where that cannot be said without: when it may have come, or the numbers may have
    /// begun again. Being asked for each call, it looks in each round.
    fn is_before(&mut self, time: u64) -> bool {
        let at_most = self.now + self.gone_on;
        if at_most < time && at_most % ROUND < self.limit {
            return true;
        }
        self.look();
        self.now < time
    }

    fn look(&mut self) {
        let (last, threads) = self.last();
        let round = self.now / ROUND;
        let begins_again = last < self.now % ROUND;
        self.now = (round + begins_again as u64) * ROUND + last;
        // Each of them may be about to start one, by a call that was seen already.
        self.gone_on = threads * NUMBERS_OF_ONE;
    }

    /// The number that was given out last, and how many threads there are.
    fn last(&self) -> (u64, u64) {
        let mut text = [0; 128];
        let length = unsafe { pread(self.file, text.as_mut_ptr(), text.len(), 0) };
        let text = &text[..length.max(0) as usize];
        let mut numbers = text.rsplit(|byte| !byte.is_ascii_digit()).filter(|digits| !digits.is_empty()).map(number);
        let mut next = || numbers.next().flatten().unwrap_or(0);
        (next(), next())
    }

    /// When a number of now may be given out again. Without a clock: at once.
    fn next(&self, number: u32) -> u64 {
        let (round, last) = (self.now / ROUND, self.now % ROUND);
        if last == 0 {
            return 0;
        }
        (round + (number as u64 <= last) as u64) * ROUND + number as u64
    }
}

fn start_of(id: u32) -> Option<u64> {
    let text = std::fs::read(format!("/proc/{}/stat", id)).ok()?;
    let after_name = text.iter().rposition(|byte| *byte == b')')?;
    // Field 22 of proc(5); the name was the second.
    number(text[after_name..].split(|byte| *byte == b' ').nth(20)?)
}

/// The process and its parent.
fn family_of(id: u32) -> Option<(u32, u32)> {
    let text = std::fs::read(format!("/proc/{}/status", id)).ok()?;
    let field = |name: &[u8]| {
        let line = text.split(|byte| *byte == b'\n').find(|line| line.starts_with(name))?;
        number(line[name.len()..].split(|byte| *byte == b'\t').last()?)
    };
    Some((field(b"Tgid:")? as u32, field(b"PPid:")? as u32))
}

fn number(digits: &[u8]) -> Option<u64> {
    std::str::from_utf8(digits).ok()?.trim().parse().ok()
}
