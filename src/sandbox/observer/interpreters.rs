//! What the system opens by itself to execute a program.

use crate::calls::Kind;
use crate::log::{Log, SYSTEM};
use crate::owners::Owner;
use crate::paths::{as_path, is_below, is_file, own_names, place_of, stays_below};
use std::fs::File;

/// The interpreter of a script, and the loader of a program, are opened by the system itself.
pub fn note_interpreters(pid: u32, owner: Owner, program: &[u8], log: &mut Log) {
    // By the number of an open file, it may be any program.
    let mut program = if is_below(program, &["/proc"]) { place_of(program) } else { program.to_vec() };
    // Linux goes on from a script to its interpreter five times, and then to a loader.
    for _ in 0..6 {
        if stays_below(&program, SYSTEM) || !is_file(&program) {
            return;
        }
        let mut file = match File::open(as_path(&program)) {
            Ok(file) => file,
            Err(_) => return,
        };
        let loader = loader_of(&mut file);
        let text = if loader.is_none() { first_line(file) } else { Vec::new() };
        let interpreter = match (&loader, text.strip_prefix(b"#!")) {
            (Some(path), _) => Some(path.as_slice()),
            (None, Some(rest)) => rest.split(|byte| byte.is_ascii_whitespace()).find(|word| !word.is_empty()),
            (None, None) => None,
        };
        match interpreter {
            Some(path) if path.starts_with(b"/") => program = path.to_vec(),
            // Relative to the directory of who executes it: of an unusual program.
            Some(_) => return log.gap(owner, "a program names its interpreter by a relative path"),
            None => return,
        }
        own_names(pid, &mut program);
        log.access(owner, Kind::Run, &program, true);
    }
}

/// The loader that a program of 64 bits names (`PT_INTERP`), if it is one that does.
fn loader_of(file: &mut File) -> Option<Vec<u8>> {
    use std::os::unix::fs::FileExt;
    let mut head = [0; 64];
    file.read_exact_at(&mut head, 0).ok()?;
    if !head.starts_with(b"\x7fELF\x02\x01") {
        return None;
    }
    let number = |from: &[u8], at: usize, bytes: usize| {
        from[at..at + bytes].iter().rev().fold(0u64, |sum, byte| sum << 8 | u64::from(*byte))
    };
    let (table, size, count) = (number(&head, 32, 8), number(&head, 54, 2), number(&head, 56, 2));
    for entry in 0..count {
        let mut header = [0; 56];
        file.read_exact_at(&mut header, table + entry * size).ok()?;
        if number(&header, 0, 4) == 3 {
            let mut path = vec![0; number(&header, 32, 8).min(4096) as usize];
            file.read_exact_at(&mut path, number(&header, 8, 8)).ok()?;
            path.truncate(path.iter().position(|byte| *byte == 0).unwrap_or(path.len()));
            return Some(path);
        }
    }
    None
}

fn first_line(mut file: File) -> Vec<u8> {
    let mut text = vec![0; 256];
    let length = std::io::Read::read(&mut file, &mut text).unwrap_or(0);
    text.truncate(length);
    let end = text.iter().position(|byte| *byte == b'\n').unwrap_or(length);
    text.truncate(end);
    text
}
