//! Where paths lead, seen from here: the observer and what it observes have the same mounts.

use crate::calls::{Kind, Use};
use crate::system::*;

/// With the zero byte at its end.
const LONGEST: usize = 4096;

/// Reads the path of a use into `text`, and makes it absolute. False: there is none. The error is the system's number.
pub fn find(pid: u32, used: &Use, text: &mut Vec<u8>) -> Result<bool, i32> {
    text.clear();
    if used.path != 0 {
        match read_text(pid, used.path, text, LONGEST) {
            Ok(()) => {}
            // The call will fail, or its process ended.
            Err(EFAULT) | Err(ESRCH) => return Ok(false),
            Err(problem) => return Err(problem),
        }
    }
    if text.first() == Some(&b'/') {
        own_names(pid, text);
        return Ok(true);
    }
    // What is asked of an open file was said when it was opened, but for where a link leads.
    if text.is_empty() && used.kind == Kind::Look {
        return Ok(false);
    }
    let link = match used.directory {
        -100 => format!("/proc/{}/cwd", pid),
        open => format!("/proc/{}/fd/{}", pid, open),
    };
    let mut base = match link_target(link.as_bytes()) {
        Ok(base) => base,
        Err(ENOENT) | Err(ESRCH) => return Ok(false),
        Err(problem) => return Err(problem),
    };
    // Of a directory that was removed, Linux says so; one may be called that.
    if base.ends_with(b" (deleted)") && unsafe { access(c_path(&base).as_ptr(), 0) } != 0 {
        base.truncate(base.len() - 10);
    }
    if !base.starts_with(b"/") {
        return Ok(false);
    }
    if !text.is_empty() && base != b"/" {
        base.push(b'/');
    }
    base.append(text);
    *text = base;
    // The call can go on from its directory, and nobody else.
    if text.len() < LONGEST {
        Ok(true)
    } else {
        Err(ENAMETOOLONG)
    }
}

/// What lies at a path.
pub struct Reached {
    pub exists: bool,
    /// Where the links on the way lead; none where that is the path itself.
    pub elsewhere: Option<Vec<u8>>,
    /// The links on the way, each by the place that it lies at.
    pub links: Vec<Vec<u8>>,
    /// So it stays until a link is moved, or comes: whatever else is made or removed.
    pub is_lasting: bool,
}

struct Way {
    place: Vec<u8>,
    links: Vec<Vec<u8>>,
    is_lasting: bool,
}

/// Follows a path, its last part too if `follows`.
pub fn reach(path: &[u8], follows: bool) -> Reached {
    let opened = open_quietly(path, follows);
    if let Some(place) = &opened {
        if place == path {
            let is_lasting = !path.starts_with(b"/proc/");
            return Reached { exists: true, elsewhere: None, links: Vec::new(), is_lasting };
        }
    }
    let Way { place, links, is_lasting } = walk(path, follows);
    let elsewhere = if place == path { None } else { Some(place) };
    Reached { exists: opened.is_some(), elsewhere, links, is_lasting }
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

/// Where a path leads, or would lead if something were there.
pub fn place_of(path: &[u8]) -> Vec<u8> {
    walk(path, true).place
}

/// Goes over a path part by part. Behind what is not there, parts are taken as they stand.
///
/// What a process has open or works in, below `/proc`, is soon another thing. In the place of a link there may be a directory
/// some time: so it shows another place if it is the second one, or if the path goes up from it; likewise, of what is not there.
fn walk(path: &[u8], follows: bool) -> Way {
    const UP: &[u8] = b"..";
    let mut ahead = parts(path);
    let mut place = Vec::new();
    let mut links: Vec<Vec<u8>> = Vec::new();
    let mut is_lasting = !path.starts_with(b"/proc/");
    while let Some(part) = ahead.pop() {
        let parent = place.len();
        go_on(&mut place, &part);
        if part == UP {
            is_lasting &= links.is_empty();
            continue;
        }
        if ahead.is_empty() && !follows {
            continue;
        }
        match link_target(&place) {
            Ok(target) if links.len() < 40 => {
                is_lasting &= links.is_empty() && !place.starts_with(b"/proc/");
                links.push(place.clone());
                place.truncate(if target.starts_with(b"/") { 0 } else { parent });
                ahead.extend(parts(&target));
                // What a link lies in is there as long as the link.
                while ahead.last().map_or(false, |part| part == UP) {
                    ahead.pop();
                    go_on(&mut place, UP);
                }
            }
            Err(ENOENT) => {
                is_lasting &= !ahead.iter().any(|part| part == UP);
                for part in ahead.drain(..).rev() {
                    place.push(b'/');
                    place.extend_from_slice(&part);
                }
            }
            Err(EINVAL) | Err(ENOTDIR) => {}
            _ => is_lasting = false,
        }
    }
    if place.is_empty() {
        place.push(b'/');
    }
    Way { place, links, is_lasting }
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

/// Whether an absolute path has a part `..`, or one that begins so.
pub fn goes_up(path: &[u8]) -> bool {
    path.windows(3).any(|three| three == b"/..")
}

/// Whether a path lies below one of the places that no link leads out of: `/usr/lib/../share` does, `/usr/../build` does not.
pub fn stays_below(path: &[u8], places: &[&str]) -> bool {
    if !is_below(path, places) {
        return false;
    }
    if !goes_up(path) {
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
