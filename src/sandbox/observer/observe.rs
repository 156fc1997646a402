//! `observe LOG SELF [--system] program arguments…` runs a program, and writes to the open file LOG what it and all that it
//! starts do to files, and what they may meet by beside these. SELF is the open file that this program was started by. The
//! program gets neither. With `--system` it writes down as well which programs and files of the system were used, and who
//! opened connections.
//!
//! The system hands each call that names a file to this process first (seccomp_unotify(2), Linux 5.5), which writes it down
//! and lets it go on as it is. It works for every program, however it was linked, and needs no rights. What is written
//! is described in `observation.ts`. A call is written down before it is done: whatever ends this process, the log holds all
//! that was done.
#![no_main]

#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
compile_error!("Gantry observes on Linux with x86-64 or 64-bit ARM alone");

mod calls;
mod command;
mod interpreters;
mod log;
mod meetings;
mod moves;
mod owners;
mod paths;
mod system;

use crate::calls::{
    call, leaves_child_to_parent, names_host, numbers, resolves_in_root, separates_mounts, uses, Call, Kind, Use,
};
use crate::command::{become_command, PROCESSOR};
use crate::interpreters::note_interpreters;
use crate::log::Log;
use crate::meetings::Meetings;
use crate::owners::{Owner, Owners};
use crate::system::*;
use std::ffi::CStr;
use std::io::Error;
use std::os::raw::{c_char, c_int, c_long, c_ulong};
use std::sync::{Arc, Mutex};

/// The start of the program, without what Rust does before `main`: it would change how the command reacts to signals.
#[no_mangle]
pub extern "C" fn main(count: c_int, words: *const *const c_char) -> c_int {
    if count < 4 {
        return 125;
    }
    let file = |at: usize| unsafe { CStr::from_ptr(*words.add(at)) }.to_str().ok()?.parse().ok();
    let is = |at: usize, option: &[u8]| unsafe { CStr::from_ptr(*words.add(at)) }.to_bytes() == option;
    let with_system = is(3, b"--system");
    let command = unsafe { words.add(if with_system { 4 } else { 3 }) };
    match (file(1), file(2)) {
        (Some(log), Some(this)) => observe(Log::new(log, with_system), Files { log, this }, command),
        _ => 125,
    }
}

/// It starts one task, and what loses its parents in that task becomes its child.
const TEST_RUNNER: &[u8] = b"/build/tests/run";

struct Files {
    log: c_int,
    this: c_int,
}

fn observe(mut log: Log, files: Files, command: *const *const c_char) -> c_int {
    let Files { log: file, this } = files;
    let mut ends = [0; 2];
    unsafe {
        close(this);
        fcntl(file, 2 /* F_SETFD */, 1 /* FD_CLOEXEC */);
        prctl(36 /* PR_SET_CHILD_SUBREAPER */, 1, 0, 0, 0);
        pipe2(ends.as_mut_ptr(), O_CLOEXEC);
    }
    // The child has the same table of files until it becomes the command: what it opens is open here.
    const CLONE_FILES: c_long = 0x400;
    const SIGCHLD: c_long = 17;
    let parent = std::process::id();
    let child =
        unsafe { syscall(numbers::CLONE, CLONE_FILES | SIGCHLD, 0 as c_long, 0 as c_long, 0 as c_long, 0 as c_long) };
    if child == 0 {
        become_command(ends[1], parent, command);
    }
    if child < 0 {
        eprintln!("gantry: cannot start a process: {}", Error::last_os_error());
        return 125;
    }
    let child = child as c_int;
    forward_signals(child);
    let mut answer = [0; 4];
    unsafe { while read(ends[0], answer.as_mut_ptr(), 4) < 0 && last_error() == EINTR {} }
    let listener = i32::from_ne_bytes(answer);
    if listener < 0 {
        let problem = Error::from_raw_os_error(-listener);
        log.gap(Owner::Nobody, &format!("{}: {}", REFUSED, problem));
    }
    let log = Arc::new(Mutex::new(log));
    if listener >= 0 {
        let log = log.clone();
        std::thread::spawn(move || {
            let meetings = Meetings::new();
            Observer { owners: Owners::new(child as u32), listener, text: Vec::new(), meetings }.serve(&log)
        });
    }
    let status = wait(child);
    let ended = log.lock().map(|mut log| log.end());
    drop(ended);
    unsafe { _exit(status) }
}

const REFUSED: &str = "the system does not let Gantry observe";

static COMMAND: std::sync::atomic::AtomicI32 = std::sync::atomic::AtomicI32::new(0);

fn forward_signals(child: c_int) {
    extern "C" fn forward(number: c_int) {
        unsafe { kill(COMMAND.load(std::sync::atomic::Ordering::Relaxed), number) };
    }
    COMMAND.store(child, std::sync::atomic::Ordering::Relaxed);
    for number in [1, 2, 3, 10, 12, 15] {
        unsafe { signal(number, forward as extern "C" fn(c_int) as usize) };
    }
}

/// Waits for the command, and for what lost its parents. As a shell says it: 128 and the signal.
fn wait(child: c_int) -> c_int {
    loop {
        let mut status = 0;
        let ended = unsafe { waitpid(-1, &mut status, 0) };
        if ended == child {
            return if status & 0x7f == 0 { status >> 8 & 0xff } else { 128 + (status & 0x7f) };
        }
        if ended < 0 && last_error() != EINTR {
            return 125;
        }
    }
}

#[repr(C)]
#[derive(Default)]
struct Notice {
    id: u64,
    pid: u32,
    flags: u32,
    number: i32,
    processor: u32,
    instruction: u64,
    arguments: [u64; 6],
}

#[repr(C)]
struct Answer {
    id: u64,
    value: i64,
    error: i32,
    flags: u32,
}

const RECEIVE: c_ulong = 0xc050_2100;
const SEND: c_ulong = 0xc018_2101;
const SET_FLAGS: c_ulong = 0x4008_2104;
const GO_ON: u32 = 1;

struct Observer {
    owners: Owners,
    listener: c_int,
    /// The path of the call at hand.
    text: Vec<u8>,
    meetings: Meetings,
}

impl Observer {
    fn serve(mut self, log: &Mutex<Log>) {
        // The answer wakes the caller on the same processor (6.6).
        let same_processor: c_ulong = 1;
        unsafe { ioctl(self.listener, SET_FLAGS, same_processor) };
        loop {
            let mut notice = Notice::default();
            if unsafe { ioctl(self.listener, RECEIVE, &mut notice) } < 0 {
                match last_error() {
                    EINTR | ENOENT => continue,
                    _ => return,
                }
            }
            if let Ok(mut log) = log.lock() {
                self.note(&notice, &mut log);
            }
            let answer = Answer { id: notice.id, value: 0, error: 0, flags: GO_ON };
            unsafe { ioctl(self.listener, SEND, &answer) };
        }
    }

    fn note(&mut self, notice: &Notice, log: &mut Log) {
        let number = notice.number as i64;
        log.begin_call(notice.pid, number);
        let (owner, process) = self.owners.of(notice.pid);
        let found = if notice.processor == PROCESSOR { call(number) } else { None };
        let pid = notice.pid;
        if matches!(found, None | Some(Call::Begins(_)) | Some(Call::BeginsByStructure)) {
            self.owners.begins();
        }
        match found {
            None => {
                log.become_unsure();
                return log.gap(owner, "a process made calls of another kind of processor (32 bits)");
            }
            Some(Call::Escapes(why)) => return log.gap(owner, why),
            Some(Call::Adopts) => return self.adopts(pid, owner, log),
            Some(Call::Begins(None)) => return,
            Some(Call::Begins(Some(at))) => return self.begins(notice.arguments[at], owner, log),
            Some(Call::BeginsByStructure) => return self.begins(word_of(pid, notice.arguments[0]), owner, log),
            Some(Call::Moves) if self.may_move_links(notice) => log.begin_move(),
            Some(Call::Paths) if number == numbers::OPENAT2 && resolves_in_root(word_of(pid, notice.arguments[2] + 16)) => {
                log.gap(owner, "a process took another directory for `/`")
            }
            Some(Call::Executes(path, words, variables)) if owner == Owner::Nobody => {
                let at = [path, words, variables].map(|at| notice.arguments[at]);
                let directory = if path == 0 { -100 } else { notice.arguments[0] as i32 };
                if let Some(task) = self.task_of(pid, directory, at, log) {
                    self.owners.set(process, task);
                    if self.text == TEST_RUNNER {
                        self.owners.set_parent_of(process, task);
                    }
                    self.note_paths(notice, task, log);
                }
                return;
            }
            Some(_) => {}
        }
        if owner != Owner::Nobody {
            self.note_paths(notice, owner, log);
            self.meetings.call((pid, owner), (number, &notice.arguments), &mut self.owners, log);
            if number == numbers::CONNECT && names_host(word_of(pid, notice.arguments[1])) {
                log.connects(owner);
            }
        }
    }

    fn begins(&self, flags: u64, owner: Owner, log: &mut Log) {
        if separates_mounts(flags) {
            log.gap(owner, "a process made mounts of its own");
        }
        // Whose parent is Cargo works for nobody.
        if leaves_child_to_parent(flags) && owner != Owner::Nobody {
            log.gap(owner, "a process gave a child to its own parent");
        }
    }

    /// What loses its parents in a task would seem to work for nobody. The program that starts tests has one task, see `task_of`.
    fn adopts(&self, pid: u32, owner: Owner, log: &mut Log) {
        let program = || link_target(format!("/proc/{}/exe", pid).as_bytes()).unwrap_or_default();
        if owner == Owner::Nobody && program() != TEST_RUNNER {
            log.gap(owner, "a process that starts others takes in those that lose their parents");
        }
    }

    /// Whether a call by which files are moved may move links, or let paths lead elsewhere that went over some. What is no
    /// directory and no link has nothing in it that leads anywhere.
    fn may_move_links(&mut self, notice: &Notice) -> bool {
        let (pid, number) = (notice.pid, notice.number as i64);
        if number == numbers::SYMLINK || number == numbers::SYMLINKAT {
            return true;
        }
        let mut ends = Vec::new();
        uses(number, &notice.arguments, |at| word_of(pid, at), |each| ends.push(each));
        ends.iter().enumerate().any(|(at, end)| {
            if !matches!(paths::find(pid, end, &mut self.text), Ok(true)) {
                return true;
            }
            match std::fs::symlink_metadata(paths::as_path(&self.text)) {
                Ok(found) => !found.is_file(),
                // What is moved is there, unless it comes just now. Where it is moved to, there may be nothing.
                Err(error) => at == 0 || error.raw_os_error() != Some(ENOENT),
            }
        })
    }

    fn note_paths(&mut self, notice: &Notice, owner: Owner, log: &mut Log) {
        let pid = notice.pid;
        let executes = matches!(call(notice.number as i64), Some(Call::Executes(..)));
        uses(
            notice.number as i64,
            &notice.arguments,
            |at| word_of(pid, at),
            |each| {
                if self.read_path(pid, &each, owner, log) {
                    let call = (notice.number as i64, each.kind);
                    let kind = self.meetings.path(owner, call, &self.text, &mut self.owners, log);
                    log.access(owner, kind, &self.text, each.follows);
                    if executes {
                        note_interpreters(pid, owner, &self.text, log);
                    }
                }
            },
        );
    }

    /// Reads the path of a use into `text`, and makes it absolute. False: there is none, or it cannot be said, which is a gap.
    fn read_path(&mut self, pid: u32, used: &Use, owner: Owner, log: &mut Log) -> bool {
        paths::find(pid, used, &mut self.text).unwrap_or_else(|problem| {
            let why = format!("{}: {}", REFUSED, Error::from_raw_os_error(problem));
            log.gap(if matches!(problem, EPERM | EACCES | ENAMETOOLONG) { owner } else { Owner::Nobody }, &why);
            false
        })
    }

    /// The task that begins when a process of nobody executes something: a compiler's or a build script's.
    fn task_of(&mut self, pid: u32, directory: i32, at: [u64; 3], log: &mut Log) -> Option<Owner> {
        let used = Use { kind: Kind::Open, directory, path: at[0], follows: true };
        if !self.read_path(pid, &used, Owner::Nobody, log) {
            return None;
        }
        let program = self.text.clone();
        if !paths::is_file(&program) || unsafe { access(c_path(&program).as_ptr(), 1) } != 0 {
            return None;
        }
        let cwd = link_target(format!("/proc/{}/cwd", pid).as_bytes()).unwrap_or_default();
        let words = with_files(read_texts(pid, at[1]).ok()?, &cwd);
        let variables = read_texts(pid, at[2]).ok()?;
        let has = |name: &[u8]| variables.iter().any(|each| each.starts_with(name));
        let is_script = ["OUT_DIR=", "CARGO_MANIFEST_DIR=", "NUM_JOBS=", "HOST=", "TARGET="]
            .iter()
            .all(|name| has(name.as_bytes()));
        if !is_script && !names_crate(&words) {
            return None;
        }
        Some(log.task(&program, &cwd, &words, &variables))
    }
}

/// Whether a compiler is told to compile something. Cargo asks for the name `___` to learn what the compiler can do.
fn names_crate(words: &[Vec<u8>]) -> bool {
    words.iter().enumerate().any(|(at, word)| match word.strip_prefix(b"--crate-name") {
        Some(b"") => words.get(at + 1).map_or(false, |name| name != b"___"),
        Some(rest) => rest.starts_with(b"=") && rest != b"=___",
        None => false,
    })
}

/// Arguments with those that stand in a file, one a line: `@file`.
fn with_files(words: Vec<Vec<u8>>, cwd: &[u8]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for (at, word) in words.into_iter().enumerate() {
        let path = if at > 0 { word.strip_prefix(b"@").map(|path| paths::join(cwd, path)) } else { None };
        let path = path.filter(|path| paths::is_file(path));
        match path.and_then(|path| std::fs::read(paths::as_path(&path)).ok()) {
            Some(text) => {
                all.extend(text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(|line| line.to_vec()))
            }
            None => all.push(word),
        }
    }
    all
}

/// 64 bits of another process's memory; 0 where it cannot be read: its call fails then.
pub fn word_of(pid: u32, address: u64) -> u64 {
    let mut word = [0; 8];
    match read_memory(pid, address, &mut word) {
        Ok(8) => u64::from_ne_bytes(word),
        _ => 0,
    }
}
