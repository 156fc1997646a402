//! Where paths lead, seen from here: the observer and what it observes have the same mounts.

use crate::system::{c_path, close, link_target, open, ENOENT, O_CLOEXEC, O_NOFOLLOW, O_PATH};

/// What lies at a path.
pub struct Reached {
    pub exists: bool,
    /// Where the links on the way lead; none where that is the path itself.
    pub elsewhere: Option<Vec<u8>>,
    /// The links on the way, each by the place that it lies at.
    pub links: Vec<Vec<u8>>,
}

/// Follows a path, its last part too if `follows`.
pub fn reach(path: &[u8], follows: bool) -> Reached {
    let opened = open_quietly(path, follows);
    if let Some(place) = &opened {
        if place == path {
            return Reached { exists: true, elsewhere: None, links: Vec::new() };
        }
    }
    let (place, links) = walk(path, follows);
    let elsewhere = if place == path { None } else { Some(place) };
    Reached { exists: opened.is_some(), elsewhere, links }
}

/// The place of what a path leads to; none where nothing is.
fn open_quietly(path: &[u8], follows: bool) -> Option<Vec<u8>> {
    let flags = O_PATH | O_CLOEXEC | if follows { 0 } else { O_NOFOLLOW };
    let opened = unsafe { open(c_path(path).as_ptr(), flags) };
    if opened < 0 {
        return None;
    }
    let place = link_target(format!("/proc/self/fd/{}", opened).as_bytes());
    unsafe { close(opened) };
    place.ok()
}

/// Goes over a path part by part. Behind what is not there, parts are taken as they stand.
fn walk(path: &[u8], follows: bool) -> (Vec<u8>, Vec<Vec<u8>>) {
    let mut ahead = parts(path);
    let mut place = Vec::new();
    let mut links = Vec::new();
    while let Some(part) = ahead.pop() {
        let parent = place.len();
        go_on(&mut place, &part);
        if part == b".." || ahead.is_empty() && !follows {
            continue;
        }
        match link_target(&place) {
            Ok(target) if links.len() < 40 => {
                links.push(place.clone());
                place.truncate(if target.starts_with(b"/") { 0 } else { parent });
                ahead.extend(parts(&target));
            }
            Err(ENOENT) => {
                for part in ahead.drain(..).rev() {
                    place.push(b'/');
                    place.extend_from_slice(&part);
                }
            }
            _ => {}
        }
    }
    if place.is_empty() {
        place.push(b'/');
    }
    (place, links)
}

/// Adds a part to a place, or goes up from it.
fn go_on(place: &mut Vec<u8>, part: &[u8]) {
    if part == b".." {
        let slash = place.iter().rposition(|byte| *byte == b'/');
        place.truncate(slash.unwrap_or(0));
    } else {
        place.push(b'/');
        place.extend_from_slice(part);
    }
}

/// Names by which each process finds itself mean another one here.
pub fn own_names(pid: u32, path: &mut Vec<u8>) {
    if path.windows(2).any(|two| two == b"//" || two == b"/.") {
        shorten(path);
    }
    for (name, place) in [("/proc/self/", ""), ("/proc/thread-self/", ""), ("/dev/fd/", "fd/")] {
        if path.starts_with(name.as_bytes()) {
            path.splice(..name.len(), format!("/proc/{}/{}", pid, place).into_bytes());
        }
    }
}

/// Leaves out of an absolute path what means nothing: `//` and `/./`.
fn shorten(path: &mut Vec<u8>) {
    let is_directory = path.ends_with(b"/") || path.ends_with(b"/.");
    let mut short = Vec::new();
    for part in parts(path).iter().rev() {
        short.push(b'/');
        short.extend_from_slice(part);
    }
    if is_directory || short.is_empty() {
        short.push(b'/');
    }
    *path = short;
}

/// The last one first.
fn parts(path: &[u8]) -> Vec<Vec<u8>> {
    let parts = path.split(|byte| *byte == b'/').rev();
    parts.filter(|part| !part.is_empty() && *part != b".").map(|part| part.to_vec()).collect()
}

/// Whether a path is one of the places, or lies below one.
pub fn is_below(path: &[u8], places: &[&str]) -> bool {
    places
        .iter()
        .any(|place| path.starts_with(place.as_bytes()) && (path.len() == place.len() || path[place.len()] == b'/'))
}

/// Whether a path lies below one of the places that no link leads out of: `/usr/lib/../share` does, `/usr/../build` does not.
pub fn stays_below(path: &[u8], places: &[&str]) -> bool {
    if !is_below(path, places) {
        return false;
    }
    if !path.windows(3).any(|three| three == b"/..") {
        return true;
    }
    let mut place = Vec::new();
    for part in parts(path).iter().rev() {
        go_on(&mut place, part);
    }
    is_below(&place, places)
}

/// Whether a path leads to a file that can be read without waiting for anybody.
pub fn is_file(path: &[u8]) -> bool {
    std::fs::metadata(as_path(path)).map_or(false, |found| found.is_file())
}

pub fn as_path(path: &[u8]) -> &std::path::Path {
    use std::os::unix::ffi::OsStrExt;
    std::path::Path::new(std::ffi::OsStr::from_bytes(path))
}

/// A path that counts from a directory, unless it is absolute.
pub fn join(directory: &[u8], path: &[u8]) -> Vec<u8> {
    if path.starts_with(b"/") {
        path.to_vec()
    } else {
        [directory, b"/", path].concat()
    }
}
