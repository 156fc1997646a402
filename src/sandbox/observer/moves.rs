//! Which links may be on the move, and who may have met them before or after.
//!
//! A call is noted before it is done. While one is under way by which paths come to lead elsewhere, a path may lead to either
//! place. It may for who uses it meanwhile, and for who was let go on with a use just before. So these are told at the end of
//! the move, to be looked after again.

use crate::calls::Kind;
use crate::owners::Owner;
use std::collections::{HashMap, HashSet};

/// A use of a path that changes nothing.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Used {
    pub owner: Owner,
    pub kind: Kind,
    pub path: Vec<u8>,
    pub follows: bool,
}

/// A call of a thread, by its number.
#[derive(Clone, Copy)]
struct Call {
    thread: u32,
    number: i64,
}

pub struct Moves {
    /// The call at hand. Whatever that thread did before is done.
    call: Call,
    /// No path of it was told yet.
    is_new: bool,
    /// Moves that may not be done yet.
    under_way: Vec<Call>,
    /// The last call of each thread that used paths, with these uses. It may not be done yet.
    last: HashMap<u32, (Call, Vec<Used>)>,
    /// How many threads are remembered before it is asked which of them are still in their calls.
    most: usize,
    /// What was used while a move may have been under way.
    doubtful: HashSet<Used>,
    /// How many calls are noted until it is asked again whether moves are done, and how many it were the last time.
    left: u32,
    pause: u32,
    /// Calls are made of which nobody can say what they move.
    is_unsure: bool,
}

impl Moves {
    pub fn new() -> Moves {
        Moves {
            call: Call { thread: 0, number: 0 },
            is_new: true,
            under_way: Vec::new(),
            last: HashMap::new(),
            most: 1024,
            doubtful: HashSet::new(),
            left: 1,
            pause: 1,
            is_unsure: false,
        }
    }

    /// Has to be told of each call, before anything else of it. True: a move is done.
    pub fn begin_call(&mut self, thread: u32, number: i64) -> bool {
        self.call = Call { thread, number };
        self.is_new = true;
        if self.under_way.is_empty() {
            return false;
        }
        let before = self.under_way.len();
        self.under_way.retain(|call| call.thread != thread);
        self.left -= 1;
        if self.left == 0 {
            self.under_way.retain(|call| call.may_go_on());
            // Who moves a link and then computes for long shall not make all others slow.
            self.pause = (self.pause * 2).min(64);
            self.left = self.pause;
        }
        self.under_way.len() < before
    }

    /// The call at hand is a move.
    pub fn begin_move(&mut self) {
        self.last.remove(&self.call.thread);
        self.keep_unfinished();
        for (_, uses) in self.last.values() {
            self.doubtful.extend(uses.iter().cloned());
        }
        self.under_way.push(self.call);
        self.left = 1;
        self.pause = 1;
    }

    /// From now on calls are made of which nobody can say what they move.
    pub fn become_unsure(&mut self) {
        self.is_unsure = true;
    }

    /// Whether a path may soon lead elsewhere without another move being told.
    pub fn may_be_under_way(&self) -> bool {
        self.is_unsure || !self.under_way.is_empty()
    }

    /// The call at hand uses a path.
    pub fn uses(&mut self, used: Used) {
        if !self.under_way.is_empty() {
            self.doubtful.insert(used.clone());
        }
        let call = self.call;
        let (last, uses) = self.last.entry(call.thread).or_insert_with(|| (call, Vec::new()));
        if self.is_new {
            self.is_new = false;
            *last = call;
            uses.clear();
        }
        uses.push(used);
        if self.last.len() > self.most {
            self.keep_unfinished();
            self.most = 1024.max(2 * self.last.len());
        }
    }

    /// What may have been used before or after a move, for as long as there is one.
    pub fn doubtful(&mut self) -> Vec<Used> {
        if self.under_way.is_empty() {
            self.doubtful.drain().collect()
        } else {
            self.doubtful.iter().cloned().collect()
        }
    }

    /// Forgets of which threads the last call is done.
    fn keep_unfinished(&mut self) {
        self.last.retain(|_, (call, _)| call.may_go_on());
    }
}

impl Call {
    /// Whether a call may not be done yet: its thread is there, and runs, of which the system says no more, or waits in a
    /// call of that number.
    fn may_go_on(&self) -> bool {
        let text = match std::fs::read(format!("/proc/{}/syscall", self.thread)) {
            Ok(text) => text,
            Err(_) => return std::path::Path::new(&format!("/proc/{}", self.thread)).exists(),
        };
        let first = text.split(|byte| byte.is_ascii_whitespace()).next().unwrap_or(b"");
        match std::str::from_utf8(first).ok().and_then(|word| word.parse::<i64>().ok()) {
            Some(number) => number == self.number,
            None => true,
        }
    }
}
