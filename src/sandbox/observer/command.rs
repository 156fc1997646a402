//! The process that becomes the command, whose calls are handed over, and those of all that it starts.

use crate::calls::numbers;
use crate::system::*;
use std::ffi::CStr;
use std::io::{Error, Result};
use std::os::raw::{c_char, c_int, c_long};

/// In the child: has its calls handed to the parent, which is told by which file, and becomes the command.
pub fn become_command(tell: c_int, parent: u32, command: *const *const c_char) -> ! {
    unsafe {
        prctl(1 /* PR_SET_PDEATHSIG */, 9 /* SIGKILL */, 0, 0, 0);
        if std::os::unix::process::parent_id() != parent {
            _exit(125);
        }
        let answer: i32 = match install_filter() {
            Ok(listener) => listener as i32,
            Err(error) => -error.raw_os_error().unwrap_or(1),
        };
        write(tell, answer.to_ne_bytes().as_ptr(), 4);
        execvp(*command, command);
        let error = Error::last_os_error();
        eprintln!("{}: {}", CStr::from_ptr(*command).to_string_lossy(), error);
        _exit(127)
    }
}

#[repr(C)]
struct Instruction {
    code: u16,
    if_true: u8,
    if_false: u8,
    value: u32,
}

#[repr(C)]
struct Filter {
    length: u16,
    instructions: *const Instruction,
}

#[cfg(target_arch = "x86_64")]
pub const PROCESSOR: u32 = 0xc000_003e;
#[cfg(target_arch = "aarch64")]
pub const PROCESSOR: u32 = 0xc000_00b7;
#[cfg(target_arch = "x86_64")]
const SECCOMP: c_long = 317;
#[cfg(target_arch = "aarch64")]
const SECCOMP: c_long = 277;

/// Gives the file by which calls are received.
///
/// `io_uring` is not there for the command: it works on files without calls. Calls of another processor (32 bits) are
/// handed over whatever they are.
fn install_filter() -> Result<c_long> {
    const LOAD: u16 = 0x20;
    const IS: u16 = 0x15;
    const IS_AT_LEAST: u16 = 0x35;
    const RETURN: u16 = 0x06;
    const NOTIFY: u32 = 0x7fc0_0000;
    const ALLOW: u32 = 0x7fff_0000;
    const ERROR: u32 = 0x0005_0000;
    const IO_URING_SETUP: u32 = 425;
    const FIRST_ARGUMENT: u32 = 16;
    let step = |code, value, if_true, if_false| Instruction { code, if_true, if_false, value };
    let mut steps = vec![
        step(LOAD, 4, 0, 0),
        step(IS, PROCESSOR, 1, 0),
        step(RETURN, NOTIFY, 0, 0),
        step(LOAD, 0, 0, 0),
        step(IS, u32::MAX, 1, 0),
        step(IS_AT_LEAST, 0x4000_0000, 0, 1),
        step(RETURN, if cfg!(target_arch = "x86_64") { NOTIFY } else { ALLOW }, 0, 0),
        step(IS, IO_URING_SETUP, 0, 1),
        step(RETURN, ERROR | ENOSYS, 0, 0),
        step(IS, numbers::PRCTL as u32, 0, 4),
        step(LOAD, FIRST_ARGUMENT, 0, 0),
        step(IS, 36 /* PR_SET_CHILD_SUBREAPER */, 0, 1),
        step(RETURN, NOTIFY, 0, 0),
        step(RETURN, ALLOW, 0, 0),
    ];
    let all = numbers::ALL.iter().chain(numbers::MEETING);
    let seen: Vec<u32> = all.filter(|number| **number >= 0).map(|number| *number as u32).collect();
    let count = seen.len();
    steps.extend(seen.iter().enumerate().map(|(at, number)| step(IS, *number, (count - at) as u8, 0)));
    steps.push(step(RETURN, ALLOW, 0, 0));
    steps.push(step(RETURN, NOTIFY, 0, 0));
    let filter = Filter { length: steps.len() as u16, instructions: steps.as_ptr() };
    const SET_MODE_FILTER: c_long = 1;
    // What programs do otherwise stays as fast as it was, and a call that was received is not given up for a signal (5.19).
    const NEW_LISTENER_AND_SPEC_ALLOW: c_long = 1 << 3 | 1 << 2;
    const WAIT_KILLABLE: c_long = 1 << 5;
    unsafe {
        checked(prctl(38 /* PR_SET_NO_NEW_PRIVS */, 1, 0, 0, 0) as c_long)?;
        let install = |flags: c_long| checked(syscall(SECCOMP, SET_MODE_FILTER, flags, &filter));
        install(NEW_LISTENER_AND_SPEC_ALLOW | WAIT_KILLABLE).or_else(|_| install(NEW_LISTENER_AND_SPEC_ALLOW))
    }
}
