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

    /// Has to be told of each call, since numbers are given out again.
    pub fn tick(&mut self) {
        self.clock.tick();
    }

    /// The owner of a process or thread, and the number of the process.
    pub fn of(&mut self, id: u32) -> (Owner, u32) {
        let known = self.seen.get(&id).copied();
        if let Some(seen) = known {
            if self.clock.now < seen.until {
                return (seen.owner, seen.process);
            }
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
        let until = self.clock.next(process);
        self.seen.insert(process, Seen { owner, process, start: start_of(process).unwrap_or(0), until });
    }
}

/// Counts the numbers of processes that the system gave out, all around and around.
///
/// A number is given out a second time only after all others. Each new process or thread is a call that the observer sees,
/// so that it cannot miss that the numbers began again.
struct Clock {
    /// `/proc/loadavg`, which ends with the number that was given out last.
    file: i32,
    now: u64,
}

const ROUND: u64 = 1 << 32;

impl Clock {
    fn new() -> Clock {
        let file = unsafe { open(b"/proc/loadavg\0".as_ptr().cast(), O_CLOEXEC) };
        let mut clock = Clock { file, now: 0 };
        clock.tick();
        clock
    }

    fn tick(&mut self) {
        let last = self.last();
        let round = self.now / ROUND;
        let begins_again = last < self.now % ROUND;
        self.now = (round + begins_again as u64) * ROUND + last;
    }

    fn last(&self) -> u64 {
        let mut text = [0; 128];
        let length = unsafe { pread(self.file, text.as_mut_ptr(), text.len(), 0) };
        let text = &text[..length.max(0) as usize];
        let digits = text.iter().rev().skip(1).take_while(|byte| byte.is_ascii_digit());
        digits.enumerate().map(|(place, byte)| (byte - b'0') as u64 * 10u64.pow(place as u32)).sum()
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
