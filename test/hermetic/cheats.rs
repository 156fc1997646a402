//! What a build that wants more than it declared would try. Each ends in success only if it got it.

use std::fs;
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
        _ => panic!("no such cheat: {line}"),
    }
}

fn done(program: &str, command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("failed to run `{program}`: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "`{program}` failed\n{said}");
}
