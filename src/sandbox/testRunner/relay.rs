//! Runs a command, hands on what it prints as it comes, and remembers it.

use std::fmt;
use std::fs::File;
use std::io::{Error, Result};
use std::mem::ManuallyDrop;
use std::os::raw::{c_int, c_ulong};
use std::os::unix::fs::MetadataExt;
use std::os::unix::io::FromRawFd;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

extern "C" {
    fn pipe2(fds: *mut c_int, flags: c_int) -> c_int;
    fn fcntl(fd: c_int, command: c_int, ...) -> c_int;
    fn read(fd: c_int, to: *mut u8, length: usize) -> isize;
    fn write(fd: c_int, from: *const u8, length: usize) -> isize;
    fn close(fd: c_int) -> c_int;
    fn poll(fds: *mut Polled, count: c_ulong, milliseconds: c_int) -> c_int;
    fn signal(number: c_int, handler: usize) -> usize;
    fn kill(pid: c_int, signal: c_int) -> c_int;
    fn getpid() -> c_int;
    fn fork() -> c_int;
    fn waitpid(pid: c_int, status: *mut c_int, options: c_int) -> c_int;
    fn prctl(option: c_int, a: c_ulong, b: c_ulong, c: c_ulong, d: c_ulong) -> c_int;
    fn _exit(status: c_int) -> !;
}

/// What the command printed in one piece. `stream` is 1 or 2; where both were one stream, 1.
pub struct Chunk {
    pub stream: u8,
    pub bytes: Vec<u8>,
}

pub struct Ended {
    pub end: End,
    /// Something that it started is still there.
    pub outlived: bool,
    /// Empty where it is more than `MOST`.
    pub chunks: Vec<Chunk>,
}

/// In bytes; who prints more is not kept.
const MOST: usize = 1 << 20;

pub enum End {
    Exit(i32),
    Signal(i32),
    /// Its output was too long to be kept.
    TooLong(i32),
}

impl fmt::Display for End {
    fn fmt(&self, to: &mut fmt::Formatter) -> fmt::Result {
        match self {
            End::Exit(status) => write!(to, "exit {}", status),
            End::Signal(number) => write!(to, "signal {}", number),
            End::TooLong(_) => write!(to, "long"),
        }
    }
}

impl End {
    fn of(status: ExitStatus) -> End {
        match (status.code(), status.signal()) {
            (Some(code), _) => End::Exit(code),
            (None, number) => End::Signal(number.unwrap_or(9)),
        }
    }

    /// Ends this process as the command ended.
    pub fn end_likewise(self) -> ! {
        match self {
            End::Exit(status) | End::TooLong(status) => unsafe { _exit(status) },
            End::Signal(number) => unsafe {
                signal(number, 0);
                kill(getpid(), number);
                _exit(128 + number)
            },
        }
    }
}

/// Whether both streams lead to one place. Then they stay one, so that all comes in its order.
pub fn is_one_stream() -> bool {
    let place = |fd| {
        let file = ManuallyDrop::new(unsafe { File::from_raw_fd(fd) });
        file.metadata().map(|found| (found.dev(), found.ino()))
    };
    matches!((place(1), place(2)), (Ok(one), Ok(two)) if one == two)
}

#[repr(C)]
struct Polled {
    fd: c_int,
    events: i16,
    found: i16,
}

const READABLE: i16 = 1;

/// A stream of the command: where it is read, and where it goes.
struct Stream {
    from: c_int,
    to: c_int,
}

pub fn relay(mut command: Command) -> Result<Ended> {
    let one = is_one_stream();
    let (out, out_end) = open_pipe()?;
    let mut streams = vec![Stream { from: out, to: 1 }];
    if one {
        let same = out_end.try_clone()?;
        command.stdout(Stdio::from(out_end)).stderr(Stdio::from(same));
    } else {
        let (err, err_end) = open_pipe()?;
        streams.push(Stream { from: err, to: 2 });
        command.stdout(Stdio::from(out_end)).stderr(Stdio::from(err_end));
    }
    // Who ends the command ends its group: this process stays to tell how it ended.
    const ASKED_TO_END: [c_int; 4] = [1, 2, 3, 15];
    let before: Vec<(c_int, usize)> = ASKED_TO_END.iter().map(|each| (*each, unsafe { signal(*each, 1) })).collect();
    unsafe {
        command.pre_exec(move || {
            for (number, handler) in &before {
                signal(*number, *handler);
            }
            Ok(())
        });
        // What loses its parents among what the command started comes to this process: it can be told that it is there.
        prctl(36 /* PR_SET_CHILD_SUBREAPER */, 1, 0, 0, 0);
    }
    let mut child = command.spawn()?;
    // Its ends of the pipes.
    drop(command);
    let (ended, told) = open_pipe()?;
    let waiting = std::thread::spawn(move || {
        let status = child.wait();
        drop(told);
        status
    });
    let mut kept = Kept { chunks: Vec::new(), length: 0 };
    copy(&mut streams, Some(ended), &mut kept);
    let status = waiting.join().map_err(|_| Error::from_raw_os_error(10))??;
    let outlived = !streams.is_empty() || !are_gone();
    if !streams.is_empty() && unsafe { fork() } == 0 {
        go_on(streams);
    }
    let end = match End::of(status) {
        End::Exit(code) if kept.length > MOST => End::TooLong(code),
        end => end,
    };
    Ok(Ended { end, outlived, chunks: kept.chunks })
}

struct Kept {
    chunks: Vec<Chunk>,
    length: usize,
}

impl Kept {
    fn add(&mut self, stream: u8, bytes: &[u8]) {
        self.length += bytes.len();
        if self.length > MOST {
            return self.chunks.clear();
        }
        match self.chunks.last_mut() {
            Some(last) if last.stream == stream => last.bytes.extend(bytes),
            _ => self.chunks.push(Chunk { stream, bytes: bytes.to_vec() }),
        }
    }
}

/// Copies until `ended` is closed and nothing is left to read, or for good without it. Streams at whose other end nobody is
/// any more leave the list.
fn copy(streams: &mut Vec<Stream>, ended: Option<c_int>, kept: &mut Kept) {
    loop {
        let mut polled: Vec<Polled> = streams.iter().map(|stream| watched(stream.from)).collect();
        polled.extend(ended.map(watched));
        let has_ended = match ended {
            Some(fd) => is_closed(fd),
            None => false,
        };
        unsafe { poll(polled.as_mut_ptr(), polled.len() as c_ulong, if has_ended { 0 } else { -1 }) };
        let mut any = false;
        streams.retain(|stream| {
            let mut bytes = [0; 1 << 16];
            match unsafe { read(stream.from, bytes.as_mut_ptr(), bytes.len()) } {
                0 => {
                    unsafe { close(stream.from) };
                    false
                }
                length if length > 0 => {
                    any = true;
                    kept.add(stream.to as u8, &bytes[..length as usize]);
                    let is_read = write_all(stream.to, &bytes[..length as usize]);
                    if !is_read {
                        unsafe { close(stream.from) };
                    }
                    is_read
                }
                // Nothing to read for now.
                _ => true,
            }
        });
        if has_ended && !any || ended.is_none() && streams.is_empty() {
            return;
        }
    }
}

fn watched(fd: c_int) -> Polled {
    Polled { fd, events: READABLE, found: 0 }
}

fn is_closed(fd: c_int) -> bool {
    unsafe { read(fd, [0u8].as_mut_ptr(), 1) == 0 }
}

fn write_all(fd: c_int, bytes: &[u8]) -> bool {
    let mut from = 0;
    while from < bytes.len() {
        let written = unsafe { write(fd, bytes[from..].as_ptr(), bytes.len() - from) };
        match written {
            length if length >= 0 => from += length as usize,
            _ if Error::last_os_error().raw_os_error() == Some(4 /* EINTR */) => {}
            _ => return false,
        }
    }
    true
}

/// In a process of its own: copies for as long as anybody writes, as if what wrote had been given the stream itself.
fn go_on(mut streams: Vec<Stream>) -> ! {
    // This process has a copy of everything that was open, such as the way to Gantry.
    for fd in 3..256 {
        if !streams.iter().any(|stream| stream.from == fd) {
            unsafe { close(fd) };
        }
    }
    copy(&mut streams, None, &mut Kept { chunks: Vec::new(), length: MOST });
    unsafe { _exit(0) }
}

/// Whether nothing that the command started is left. What was told to end gets a moment to do so.
fn are_gone() -> bool {
    const NO_WAIT: c_int = 1;
    for _ in 0..10 {
        loop {
            match unsafe { waitpid(-1, std::ptr::null_mut(), NO_WAIT) } {
                0 => break,
                pid if pid > 0 => {}
                _ => return true,
            }
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    false
}

/// The reading end, from which reading does not wait, and the writing end.
fn open_pipe() -> Result<(c_int, File)> {
    let mut ends = [0; 2];
    const CLOSE_ON_EXEC: c_int = 0o2000000;
    const SET_FLAGS: c_int = 4;
    const NO_WAIT: c_int = 0o4000;
    if unsafe { pipe2(ends.as_mut_ptr(), CLOSE_ON_EXEC) } < 0 {
        return Err(Error::last_os_error());
    }
    unsafe { fcntl(ends[0], SET_FLAGS, NO_WAIT) };
    Ok((ends[0], unsafe { File::from_raw_fd(ends[1]) }))
}
