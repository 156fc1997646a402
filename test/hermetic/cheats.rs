//! What a build that wants more than it declared would try. But for `empty`, each succeeds only if it got it.

use std::fs;
use std::path::Path;
use std::process::Command;

pub fn run(line: &str) {
    let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
    match verb {
        "pass" => {}
        "read" => drop(fs::read(rest).unwrap_or_else(|error| panic!("{rest}: {error}"))),
        "home" => {
            let path = format!("{}/{rest}", std::env::var("HOME").expect("HOME"));
            run(&format!("read {path}"));
        }
        "variable" => drop(std::env::var(rest).unwrap_or_else(|error| panic!("{rest}: {error:?}"))),
        "start" => done(rest, Command::new(rest).arg("--version")),
        "connect" => drop(std::net::TcpStream::connect(rest).unwrap_or_else(|error| panic!("{rest}: {error}"))),
        "write" => fs::write(rest, "cheat").unwrap_or_else(|error| panic!("{rest}: {error}")),
        "include" => {
            fs::write("/tmp/cheat.c", format!("#include <{rest}>\nint main(void) {{ return 0; }}\n")).unwrap();
            done("cc", Command::new("cc").args(["-o", "/tmp/cheat", "/tmp/cheat.c"]));
        }
        "link" => {
            fs::write("/tmp/cheat.c", "int main(void) { return 0; }\n").unwrap();
            done("cc", Command::new("cc").args(["-o", "/tmp/cheat", "/tmp/cheat.c", &format!("-l{rest}")]));
        }
        "pkg-config" => done("pkg-config", Command::new("pkg-config").args(["--libs", rest])),
        "empty" => assert_eq!(fs::read_to_string(rest).unwrap_or_default(), ""),
        "corrupt" => corrupt(Path::new(rest)),
        "forge" => forge(rest),
        _ => panic!("no such cheat: {line}"),
    }
}

fn done(program: &str, command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("failed to run `{program}`: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "`{program}` failed\n{said}");
}

/// Spoils every file below a directory that lets itself be written.
fn corrupt(directory: &Path) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            corrupt(&path);
        } else {
            let _ = fs::write(&path, "corrupt");
        }
    }
}

/// Replaces a crate's library in the target directory, and makes it look as if Cargo had just compiled it.
fn forge(name: &str) {
    for entry in fs::read_dir("/build/target/release/deps").unwrap() {
        let path = entry.unwrap().path();
        if path.to_string_lossy().contains(&format!("lib{name}-")) {
            fs::write(&path, "forged").unwrap();
        }
    }
    for entry in fs::read_dir("/build/target/release/.fingerprint").unwrap() {
        let directory = entry.unwrap().path();
        if !directory.to_string_lossy().contains(&format!("/{name}-")) {
            continue;
        }
        for file in fs::read_dir(&directory).unwrap() {
            let path = file.unwrap().path();
            let content = fs::read(&path).unwrap();
            fs::write(&path, content).unwrap();
        }
    }
}
