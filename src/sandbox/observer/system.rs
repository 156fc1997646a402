//! What the program asks of Linux: system calls by number, and the few functions of the C library beside.

use std::ffi::CString;
use std::io::{Error, Result};
use std::os::raw::{c_char, c_int, c_long, c_ulong};

extern "C" {
    pub fn syscall(number: c_long, ...) -> c_long;
    pub fn waitpid(pid: c_int, status: *mut c_int, options: c_int) -> c_int;
    pub fn execvp(file: *const c_char, argv: *const *const c_char) -> c_int;
    pub fn signal(number: c_int, handler: usize) -> usize;
    pub fn kill(pid: c_int, signal: c_int) -> c_int;
    pub fn prctl(option: c_int, a: c_ulong, b: c_ulong, c: c_ulong, d: c_ulong) -> c_int;
    pub fn ioctl(fd: c_int, request: c_ulong, ...) -> c_int;
    pub fn fcntl(fd: c_int, command: c_int, ...) -> c_int;
    pub fn pipe2(fds: *mut c_int, flags: c_int) -> c_int;
    pub fn read(fd: c_int, to: *mut u8, length: usize) -> isize;
    pub fn write(fd: c_int, from: *const u8, length: usize) -> isize;
    pub fn pread(fd: c_int, to: *mut u8, length: usize, offset: i64) -> isize;
    pub fn open(path: *const c_char, flags: c_int, ...) -> c_int;
    pub fn close(fd: c_int) -> c_int;
    pub fn readlink(path: *const c_char, to: *mut u8, size: usize) -> isize;
    pub fn access(path: *const c_char, mode: c_int) -> c_int;
    pub fn _exit(status: c_int) -> !;
}

pub const EPERM: i32 = 1;
pub const ENOENT: i32 = 2;
pub const ESRCH: i32 = 3;
pub const EINTR: i32 = 4;
pub const EACCES: i32 = 13;
pub const EFAULT: i32 = 14;
pub const ENOTDIR: i32 = 20;
pub const EINVAL: i32 = 22;
pub const ENAMETOOLONG: i32 = 36;
pub const ENOSYS: u32 = 38;
pub const O_CLOEXEC: c_int = 0o2000000;
pub const O_PATH: c_int = 0o10000000;
#[cfg(not(target_arch = "aarch64"))]
pub const O_NOFOLLOW: c_int = 0o400000;
#[cfg(target_arch = "aarch64")]
pub const O_NOFOLLOW: c_int = 0o100000;

pub fn last_error() -> i32 {
    Error::last_os_error().raw_os_error().unwrap_or(0)
}

/// The value of a call that answers -1 where it fails.
pub fn checked(value: c_long) -> Result<c_long> {
    if value < 0 {
        Err(Error::last_os_error())
    } else {
        Ok(value)
    }
}

/// A path for the system. What holds a zero byte names nothing.
pub fn c_path(path: &[u8]) -> CString {
    CString::new(path).unwrap_or_default()
}

/// Where a link leads, or the system's number of what went wrong.
pub fn link_target(path: &[u8]) -> std::result::Result<Vec<u8>, i32> {
    let mut target = vec![0; 4096];
    let length = unsafe { readlink(c_path(path).as_ptr(), target.as_mut_ptr(), target.len()) };
    if length < 0 {
        return Err(last_error());
    }
    target.truncate(length as usize);
    Ok(target)
}

#[repr(C)]
struct Span {
    start: *mut u8,
    length: usize,
}

/// Copies memory of another process; fewer bytes where it ends. The error is the system's number.
pub fn read_memory(pid: u32, address: u64, to: &mut [u8]) -> std::result::Result<usize, i32> {
    let here = Span { start: to.as_mut_ptr(), length: to.len() };
    let there = Span { start: address as *mut u8, length: to.len() };
    let one: c_ulong = 1;
    let none: c_ulong = 0;
    let read = unsafe { syscall(PROCESS_VM_READV, pid as c_long, &here, one, &there, one, none) };
    if read < 0 {
        Err(last_error())
    } else {
        Ok(read as usize)
    }
}

/// A text of another process that ends with a zero byte, without it.
pub fn read_text(pid: u32, address: u64, text: &mut Vec<u8>, most: usize) -> std::result::Result<(), i32> {
    const PAGE: usize = 4096;
    text.clear();
    while text.len() < most {
        let from = text.len();
        let at = address.wrapping_add(from as u64);
        text.resize(from + PAGE - at as usize % PAGE, 0);
        let read = read_memory(pid, at, &mut text[from..]);
        text.truncate(from + *read.as_ref().unwrap_or(&0));
        if let Some(zero) = text[from..].iter().position(|byte| *byte == 0) {
            text.truncate(from + zero);
            return Ok(());
        }
        if read? == 0 {
            return Err(EFAULT);
        }
    }
    Err(EFAULT)
}

/// A list of texts that ends with a null pointer: arguments, or an environment.
pub fn read_texts(pid: u32, address: u64) -> std::result::Result<Vec<Vec<u8>>, i32> {
    let mut texts = Vec::new();
    let mut at = address;
    while at != 0 {
        let mut pointer = [0; 8];
        if read_memory(pid, at, &mut pointer)? < 8 {
            return Err(EFAULT);
        }
        let pointer = u64::from_ne_bytes(pointer);
        if pointer == 0 {
            break;
        }
        let mut text = Vec::new();
        // No argument is longer than 32 pages.
        read_text(pid, pointer, &mut text, 1 << 17)?;
        texts.push(text);
        at += 8;
    }
    Ok(texts)
}

#[cfg(target_arch = "x86_64")]
const PROCESS_VM_READV: c_long = 310;
#[cfg(target_arch = "aarch64")]
const PROCESS_VM_READV: c_long = 270;
