//! What each system call does to which files. Calls that only work on an open file are not among them: opening it was.

/// What is done to a file, as in the log.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    Open,
    /// As `Open`, to be executed.
    Run,
    Look,
    Link,
    /// A change in any case.
    Write,
    /// A change if nothing is there, else a look.
    Make,
    /// A change if something is there, else a look.
    Change,
}

/// One path of a call.
pub struct Use {
    pub kind: Kind,
    /// The open directory that a relative path counts from.
    pub directory: i32,
    /// Where the path lies in the caller's memory; 0: `directory` itself is meant.
    pub path: u64,
    pub follows: bool,
}

/// What else has to be known of a call.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// It uses paths, see `uses`.
    Paths,
    /// It uses paths, and may move links, see `moves.rs`.
    Moves,
    /// The places of the path, the arguments and the environment are these.
    Executes(usize, usize, usize),
    /// A process or thread begins; which argument has flags.
    Begins(Option<usize>),
    /// `clone3`: flags lie in memory.
    BeginsByStructure,
    /// Afterwards paths mean something else, and nobody can say what was used.
    Escapes(&'static str),
    /// By it processes meet without a file, see `meetings.rs`.
    Meets,
    /// What loses its parents below the caller becomes its child.
    Adopts,
}

const HERE: i32 = -100;
const CLONE_NEWNS: u64 = 0x20000;
const CLONE_PARENT: u64 = 0x8000;

/// Whether the flags of `clone` or `unshare` ask for mounts of its own.
pub fn separates_mounts(flags: u64) -> bool {
    flags & CLONE_NEWNS != 0
}

/// Whether the flags of `clone` make a child of the caller's parent.
pub fn leaves_child_to_parent(flags: u64) -> bool {
    flags & CLONE_PARENT != 0
}

/// All calls that are looked at. `None`: there is no such call on this processor.
pub fn call(number: i64) -> Option<Call> {
    use self::numbers::*;
    Some(match number {
        EXECVE => Call::Executes(0, 1, 2),
        EXECVEAT => Call::Executes(1, 2, 3),
        CLONE | UNSHARE => Call::Begins(Some(0)),
        FORK | VFORK => Call::Begins(None),
        CLONE3 => Call::BeginsByStructure,
        CHROOT | PIVOT_ROOT => Call::Escapes("a process changed what `/` is"),
        MOUNT | UMOUNT2 | MOVE_MOUNT | FSMOUNT | MOUNT_SETATTR => Call::Escapes("a process changed its mounts"),
        SETNS => Call::Escapes("a process entered another namespace"),
        RENAME | RENAMEAT | RENAMEAT2 | LINK | LINKAT | SYMLINK | SYMLINKAT => Call::Moves,
        PRCTL => Call::Adopts,
        number if ALL.contains(&number) => Call::Paths,
        number if MEETING.contains(&number) => Call::Meets,
        _ => return None,
    })
}

/// Hands the paths that a call uses to `each`. `word` gives 64 bits of the caller's memory.
pub fn uses(number: i64, a: &[u64; 6], word: impl Fn(u64) -> u64, mut each: impl FnMut(Use)) {
    use self::numbers::*;
    const NO_FOLLOW: u64 = 0x100;
    let mut add = |kind, directory: u64, path, follows| {
        each(Use { kind, directory: directory as i32, path, follows });
    };
    let here = HERE as u64;
    match number {
        OPEN => opened(here, a[0], a[1], &mut add),
        OPENAT => opened(a[0], a[1], a[2], &mut add),
        OPENAT2 => opened(a[0], a[1], word(a[2]), &mut add),
        CREAT => add(Kind::Write, here, a[0], true),
        USELIB => add(Kind::Open, here, a[0], true),
        STAT | ACCESS | CHDIR | STATFS | GETXATTR | LISTXATTR => add(Kind::Look, here, a[0], true),
        LSTAT | LGETXATTR | LLISTXATTR => add(Kind::Look, here, a[0], false),
        NEWFSTATAT | FACCESSAT2 => add(Kind::Look, a[0], a[1], a[3] & NO_FOLLOW == 0),
        STATX | OPEN_TREE | OPEN_TREE_ATTR | GETXATTRAT | LISTXATTRAT => add(Kind::Look, a[0], a[1], a[2] & NO_FOLLOW == 0),
        FILE_GETATTR => add(Kind::Look, a[0], a[1], a[4] & NO_FOLLOW == 0),
        FACCESSAT => add(Kind::Look, a[0], a[1], true),
        NAME_TO_HANDLE_AT => add(Kind::Look, a[0], a[1], a[4] & 0x400 != 0),
        READLINK => add(Kind::Link, here, a[0], false),
        READLINKAT => add(Kind::Link, a[0], a[1], false),
        EXECVE => add(Kind::Run, here, a[0], true),
        EXECVEAT => add(Kind::Run, a[0], a[1], a[4] & NO_FOLLOW == 0),
        INOTIFY_ADD_WATCH => add(Kind::Look, here, a[1], true),
        FANOTIFY_MARK => add(Kind::Look, a[3], a[4], true),
        BIND if names_file(word(a[1])) => add(Kind::Make, here, a[1] + 2, false),
        CONNECT if names_file(word(a[1])) => add(Kind::Look, here, a[1] + 2, true),
        SENDTO | SENDMSG | SENDMMSG => addresses(number, a, &word, |at| {
            if names_file(word(at)) {
                add(Kind::Look, here, at + 2, true);
            }
        }),
        RENAME => {
            add(Kind::Change, here, a[0], false);
            add(Kind::Write, here, a[1], false);
        }
        RENAMEAT | RENAMEAT2 => {
            add(Kind::Change, a[0], a[1], false);
            add(Kind::Write, a[2], a[3], false);
        }
        LINK => {
            add(Kind::Open, here, a[0], false);
            add(Kind::Make, here, a[1], false);
        }
        LINKAT => {
            add(Kind::Open, a[0], a[1], a[4] & 0x400 != 0);
            add(Kind::Make, a[2], a[3], false);
        }
        SYMLINK => add(Kind::Make, here, a[1], false),
        SYMLINKAT => add(Kind::Make, a[1], a[2], false),
        MKDIR | MKNOD => add(Kind::Make, here, a[0], false),
        MKDIRAT | MKNODAT => add(Kind::Make, a[0], a[1], false),
        UNLINK | RMDIR | LCHOWN | LSETXATTR | LREMOVEXATTR => add(Kind::Change, here, a[0], false),
        UNLINKAT => add(Kind::Change, a[0], a[1], false),
        TRUNCATE | CHMOD | CHOWN | UTIME | UTIMES | SETXATTR | REMOVEXATTR => add(Kind::Change, here, a[0], true),
        FCHMODAT | FUTIMESAT => add(Kind::Change, a[0], a[1], true),
        FCHMODAT2 | UTIMENSAT => add(Kind::Change, a[0], a[1], a[3] & NO_FOLLOW == 0),
        FCHOWNAT | FILE_SETATTR => add(Kind::Change, a[0], a[1], a[4] & NO_FOLLOW == 0),
        SETXATTRAT | REMOVEXATTRAT => add(Kind::Change, a[0], a[1], a[2] & NO_FOLLOW == 0),
        FCHMOD | FCHOWN | FSETXATTR | FREMOVEXATTR => add(Kind::Change, a[0], 0, true),
        _ => {}
    }
}

/// Hands the places of the sockets' addresses of a call to `each`.
pub fn addresses(number: i64, a: &[u64; 6], word: impl Fn(u64) -> u64, mut each: impl FnMut(u64)) {
    use self::numbers::*;
    let mut place = |at: u64| {
        if at != 0 {
            each(at)
        }
    };
    match number {
        CONNECT | BIND => place(a[1]),
        SENDTO => place(a[4]),
        // The first word of a message leads to its address.
        SENDMSG => place(word(a[1])),
        SENDMMSG => (0..a[2].min(1024)).for_each(|at| place(word(a[1].wrapping_add(at * 64)))),
        _ => {}
    }
}

/// Whether the address of a socket is a path (`AF_UNIX`), by its first bytes. One that begins with a zero is a name of its
/// own kind.
pub fn names_file(address: u64) -> bool {
    address & 0xffff == 1 && address & 0xff_0000 != 0
}

/// Whether the address of a socket is one of the internet (`AF_INET`, `AF_INET6`), by its first bytes.
pub fn names_host(address: u64) -> bool {
    matches!(address & 0xffff, 2 | 10)
}

/// Whether `openat2` takes an open directory for `/` (`RESOLVE_IN_ROOT`), by the third field of its structure.
pub fn resolves_in_root(resolve: u64) -> bool {
    resolve & 0x10 != 0
}

/// As `open(2)` reads its flags.
fn opened(directory: u64, path: u64, flags: u64, add: &mut impl FnMut(Kind, u64, u64, bool)) {
    const CREATE: u64 = 0o100;
    const EXCLUSIVE: u64 = 0o200;
    const TRUNCATE: u64 = 0o1000;
    const PATH_ONLY: u64 = 0o10000000;
    const TEMPORARY: u64 = 0o20000000;
    let creates = flags & CREATE != 0;
    let follows = flags & crate::system::O_NOFOLLOW as u64 == 0 && !(creates && flags & EXCLUSIVE != 0);
    if flags & (PATH_ONLY | TEMPORARY) != 0 {
        return add(Kind::Look, directory, path, follows);
    }
    let writes = flags & 3 != 0 || flags & TRUNCATE != 0;
    if flags & 1 == 0 && !(creates && flags & EXCLUSIVE != 0) {
        add(Kind::Open, directory, path, follows);
    }
    if creates {
        let makes = !writes || flags & EXCLUSIVE != 0;
        add(if makes { Kind::Make } else { Kind::Write }, directory, path, follows);
    } else if writes {
        add(Kind::Change, directory, path, follows);
    }
}

/// Of `asm/unistd.h`. A negative number: the processor does not have that call.
#[rustfmt::skip]
pub mod numbers {
    macro_rules! table {
        ($all:ident: $($name:ident $x86:literal $arm:literal)*) => {
            $(pub const $name: i64 = if cfg!(target_arch = "aarch64") { $arm } else { $x86 };)*
            pub const $all: &[i64] = &[$($name),*];
        };
    }
    table! {
        ALL:
        OPEN 2 -1  STAT 4 -2  LSTAT 6 -3  ACCESS 21 -4  CLONE 56 220  FORK 57 -5  VFORK 58 -6  EXECVE 59 221
        TRUNCATE 76 45  CHDIR 80 49  RENAME 82 -7  MKDIR 83 -8  RMDIR 84 -9  CREAT 85 -10  LINK 86 -11
        UNLINK 87 -12  SYMLINK 88 -13  READLINK 89 -14  CHMOD 90 -15  FCHMOD 91 52  CHOWN 92 -16  FCHOWN 93 55
        LCHOWN 94 -17  UTIME 132 -18  MKNOD 133 -19  STATFS 137 43  PIVOT_ROOT 155 41  CHROOT 161 51  MOUNT 165 40
        UMOUNT2 166 39  SETXATTR 188 5  LSETXATTR 189 6  FSETXATTR 190 7  GETXATTR 191 8  LGETXATTR 192 9
        LISTXATTR 194 11  LLISTXATTR 195 12  REMOVEXATTR 197 14  LREMOVEXATTR 198 15  FREMOVEXATTR 199 16
        UTIMES 235 -20  OPENAT 257 56  MKDIRAT 258 34  MKNODAT 259 33  FCHOWNAT 260 54  FUTIMESAT 261 -21
        NEWFSTATAT 262 79  UNLINKAT 263 35  RENAMEAT 264 38  LINKAT 265 37  SYMLINKAT 266 36  READLINKAT 267 78
        FCHMODAT 268 53  FACCESSAT 269 48  UNSHARE 272 97  UTIMENSAT 280 88  NAME_TO_HANDLE_AT 303 264
        SETNS 308 268  RENAMEAT2 316 276  EXECVEAT 322 281  STATX 332 291  OPEN_TREE 428 428  MOVE_MOUNT 429 429
        FSMOUNT 432 432  CLONE3 435 435  OPENAT2 437 437  FACCESSAT2 439 439  MOUNT_SETATTR 442 442
        FCHMODAT2 452 452  SETXATTRAT 463 463  GETXATTRAT 464 464  LISTXATTRAT 465 465  REMOVEXATTRAT 466 466
        OPEN_TREE_ATTR 467 467  FILE_GETATTR 468 468  FILE_SETATTR 469 469  CONNECT 42 203  BIND 49 200  INOTIFY_ADD_WATCH 254 27
        FANOTIFY_MARK 301 263  USELIB 134 -22
    }
    // Handed over only with `PR_SET_CHILD_SUBREAPER`.
    pub const PRCTL: i64 = if cfg!(target_arch = "aarch64") { 167 } else { 157 };
    table! {
        MEETING:
        SHMGET 29 194  SHMAT 30 196  SHMCTL 31 195  SEMGET 64 190  SEMOP 65 193  SEMCTL 66 191  SEMTIMEDOP 220 192
        MSGGET 68 186  MSGSND 69 189  MSGRCV 70 188  MSGCTL 71 187  MQ_OPEN 240 180  MQ_UNLINK 241 181  KILL 62 129
        PIDFD_OPEN 434 434  SENDTO 44 206  SENDMSG 46 211  SENDMMSG 307 269
    }
}
