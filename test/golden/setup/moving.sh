#!/bin/sh
# Written by `gantry eject setup`. Do not edit: change the description and run it again.

# Installs what plain `cargo build` needs in this project, for those who have neither Gantry nor Nix:
#
#   toolchain  whichever there is, from Rust 1.85 on with rust-src; by rustup
#   packages   a C compiler; by apt, dnf, pacman, apk or brew
#
# What is there already stays as it is, so it can be run again at any time.

usage() {
    cat <<'END'
usage: ./setup.sh [--check | --print] [--yes]

  (nothing)  install what is missing; ask before the package manager is called
  --yes      do not ask
  --print    say what would be done, and do nothing
  --check    say what is missing, and exit with 1 if anything is

What is installed is told on standard error, and the variables are printed for the shell: eval "$(./setup.sh)"
END
}

packages() {
    # What rustc links with.
    native compiler programs=cc \
        apt='gcc g++ libc6-dev make' dnf='gcc gcc-c++ glibc-devel make' pacman=base-devel apk=build-base
}

rust() {
    # No toolchain is named, so one that did not come by rustup does, if it is not too old.
    if have cargo && ! have rustup; then
        if is_new_enough 1.85 rustc; then return; fi
        missing "Rust 1.85 or later: rustc is $release"
    fi
    rustup_itself
    newer_toolchain 1.85 "$(active_toolchain)"
    toolchain "${newer-$(active_toolchain)}" rust-src ''
    if [ -n "${newer-}" ]; then toolchain_of_directory "$newer"; fi
}

# native NAME WHAT=WORDS…: a package is there if its programs are found, and its libraries by pkg-config. Of one that has
# neither, the package manager is asked. What it is called is said for each of them.
native() {
    name=$1 programs='' libraries='' names=''
    shift
    for word; do
        case $word in
            programs=*) programs=${word#*=} ;;
            libraries=*) libraries=${word#*=} ;;
            "$manager="*) names=${word#*=} ;;
        esac
    done
    if is_there; then return; fi
    missing "$name${programs:+ ($programs)}"
    if [ -n "$names" ]; then wanted="$wanted $names"; else unknown="$unknown $name"; fi
}

is_there() {
    for each in $programs; do have "$each" || return; done
    for each in $libraries; do pkg-config --exists "$each" 2>/dev/null || return; done
    if [ -n "$programs$libraries" ]; then return; fi
    for each in $names; do is_installed "$each" || return; done
    [ -n "$names" ]
}

is_installed() {
    case $manager in
        apt) dpkg-query --show --showformat='${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed ;;
        dnf) rpm --query --whatprovides "$1" >/dev/null 2>&1 ;;
        pacman) pacman --deptest "$1" >/dev/null 2>&1 ;;
        apk) apk info --installed "$1" >/dev/null 2>&1 ;;
        brew) brew list --versions "$1" >/dev/null 2>&1 ;;
    esac
}

package_manager() {
    if have apt-get; then
        echo apt
    elif have dnf; then
        echo dnf
    elif have pacman; then
        echo pacman
    elif have apk; then
        echo apk
    elif have brew; then
        echo brew
    fi
}

# Installs what `native` found to be missing, all at once.
install_packages() {
    if [ -n "$unknown" ]; then
        say "these have to be installed by hand, since ${manager:-no package manager that this script knows} has them:$unknown"
    fi
    if [ -n "$wanted" ]; then
        case $manager in
            apt) set -- "apt-get update" "apt-get install --yes$wanted" ;;
            dnf) set -- "dnf install --assumeyes$wanted" ;;
            pacman) set -- "pacman --sync --needed --noconfirm$wanted" ;;
            apk) set -- "apk add$wanted" ;;
            brew) set -- "brew install$wanted" ;;
        esac
        root=$(becoming_root)
        for command; do say "+ $root$command"; done
        if [ "$mode" = install ]; then
            if [ -n "$root" ] && ! have "${root% }"; then fail "only root may do that: run it as root, then this again"; fi
            agree
            # Neither name nor command has spaces or quotes within a word.
            # shellcheck disable=SC2086
            for command; do $root$command >&2 || fail "that did not work: $root$command"; done
        fi
    fi
    if [ -n "$unknown" ] && [ "$mode" = install ]; then fail "not all packages are there"; fi
}

# What goes before a command that only root may run: nothing for root, and for Homebrew, which is the user's own.
becoming_root() {
    if [ "$manager" = brew ] || [ "$(id -u)" = 0 ]; then return; fi
    if have doas && ! have sudo; then echo "doas "; else echo "sudo "; fi
}

# Goes on only if the user wants to have run what was just said.
agree() {
    if [ "$yes" = yes ]; then return; fi
    if ! [ -t 0 ]; then
        fail "there is no terminal to ask at: run that yourself, or ./setup.sh --yes"
    fi
    printf 'Run this? [y/N] ' >&2
    read -r answer || answer=''
    case $answer in
        y | Y | yes) ;;
        *) fail "nothing was installed" ;;
    esac
}

rustup_itself() {
    if have rustup; then return; fi
    missing rustup
    say "rustup is missing; its own installer puts it into $cargo_home, and changes no file of your shell"
    command="curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs"
    command="$command | sh -s -- -y --no-modify-path --profile minimal --default-toolchain none"
    say "+ $command"
    if [ "$mode" != install ]; then return; fi
    sh -c "$command" >&2 || fail "that did not work: $command"
    have rustup || fail "rustup is not in $cargo_home/bin"
}

# toolchain NAME COMPONENTS TARGETS [PROFILE [EXTRA]]: the first one is the project's. Of the components, one that is there
# already may lack what is EXTRA.
toolchain() {
    chosen=${chosen-$1}
    if ! have_toolchain "$1"; then
        missing "toolchain $1"
        set -- "$1" "$(each_after --component "$2")" "$(each_after --target "$3")" "${4-minimal}"
        # shellcheck disable=SC2086
        run rustup toolchain install "$1" --profile "$4" --no-self-update $2 $3
        return
    fi
    lacks=$(absent "$(rustup component list --toolchain "$1" --installed)" "$2")
    if [ -n "$lacks" ]; then
        missing "components of $1:$lacks"
        # shellcheck disable=SC2086
        run rustup component add --toolchain "$1" $lacks
    fi
    lacks=$(absent "$(rustup target list --toolchain "$1" --installed)" "$3")
    if [ -n "$lacks" ]; then
        missing "targets of $1:$lacks"
        # shellcheck disable=SC2086
        run rustup target add --toolchain "$1" $lacks
    fi
}

# rustup shows a toolchain as `1.95.0-x86_64-unknown-linux-gnu (default)`.
have_toolchain() {
    have rustup || return
    rustup toolchain list 2>/dev/null | {
        while read -r name _; do
            case $name in "$1" | "$1"-[!0-9]*) found=yes ;; esac
        done
        [ "${found-}" = yes ]
    }
}

# absent INSTALLED WANTED: those that are wanted and not installed, each after a space. A component is shown as
# `clippy-x86_64-unknown-linux-gnu`.
absent() {
    for each in $2; do
        printf '%s\n' "$1" | grep -q -e "^${each%-preview}\$" -e "^${each%-preview}-" || printf ' %s' "$each"
    done
}

each_after() {
    for each in $2; do printf ' %s %s' "$1" "$each"; done
}

# newer_toolchain RELEASE NAME: packages require that release, or a later one. A toolchain that is older is brought up to date; in
# the place of one whose name means one release, there is to be `stable` in this directory.
newer_toolchain() {
    if ! have_toolchain "$2" || is_new_enough "$1" rustup run "$2" rustc; then return; fi
    missing "Rust $1 or later: $2 is $release"
    case $2 in
        stable | stable-[!0-9]* | beta | beta-[!0-9]* | nightly | nightly-[!0-9]*) ;;
        *)
            newer=stable
            if ! have_toolchain stable || is_new_enough "$1" rustup run stable rustc; then return; fi
            ;;
    esac
    set -- "$1" "${newer-$2}"
    run rustup toolchain install "$2" --profile minimal --no-self-update
    if [ "$mode" = install ] && ! is_new_enough "$1" rustup run "$2" rustc; then
        fail "the packages require Rust $1 or later, and $2 is $release"
    fi
}

# is_new_enough RELEASE COMPILER…: whether a compiler is of that release, or of a later one. One that does not say is left alone.
is_new_enough() {
    needed=$1
    shift
    release=$("$@" --version 2>/dev/null) || return 0
    release=${release#rustc }
    release=${release%%[!0-9.]*}
    [ -z "$release" ] || [ "$(number_of "$release")" -ge "$(number_of "$needed")" ]
}

number_of() {
    IFS=.
    # shellcheck disable=SC2086
    set -- $1
    echo $(($1 * 1000000 + ${2:-0} * 1000 + ${3:-0}))
}

# The toolchain that rustup starts here, or the one that it is to install where there is none.
active_toolchain() {
    if active=$(rustup show active-toolchain 2>/dev/null) && [ -n "$active" ]; then
        echo "${active%% *}"
    else
        echo stable
    fi
}

# No file of the project names the toolchain for rustup, so rustup is told that it is the one of this directory.
toolchain_of_directory() {
    if have rustup && active=$(rustup show active-toolchain 2>/dev/null); then
        case $active in "$1" | "$1"-[!0-9]* | "$1 "*) return ;; esac
    fi
    missing "toolchain $1 as that of this directory"
    run rustup override set "$1"
}

quoted() {
    case $1 in
        '' | *[!A-Za-z0-9_./:@%+,=-]*) ;;
        *) printf '%s' "$1" && return ;;
    esac
    # What reads a `.env` and is no shell knows no other way to have a quote.
    case $1 in
        *[\"\$\`\\]* | *"$newline"*) ;;
        *\'*) printf '"%s"' "$1" && return ;;
    esac
    before='' rest=$1
    while :; do
        case $rest in
            *\'*) before=$before${rest%%\'*}"'\\''" rest=${rest#*\'} ;;
            *) break ;;
        esac
    done
    printf "'%s'" "$before$rest"
}

have() {
    command -v "$1" >/dev/null 2>&1
}

say() {
    if [ "$mode" = check ]; then return; fi
    if [ "$mode" = print ]; then printf '%s\n' "$*"; else printf '%s\n' "$*" >&2; fi
}

fail() {
    printf 'setup.sh: %s\n' "$*" >&2
    exit 1
}

missing() {
    status=1
    if [ "$mode" = check ]; then printf 'missing: %s\n' "$*"; fi
}

# Says a command, and runs it if that is wanted.
run() {
    say "+ $*"
    if [ "$mode" != install ]; then return; fi
    "$@" >&2 || fail "that did not work: $*"
}

set -eu
# No word is a pattern of file names.
set -f
newline='
'
mode=install yes=no status=0
for word; do
    case $word in
        --check | --print) mode=${word#--} ;;
        --yes | -y) yes=yes ;;
        --help | -h) usage && exit ;;
        *) printf 'setup.sh: there is no option %s\n\n' "$word" >&2 && usage >&2 && exit 2 ;;
    esac
done
cd -- "$(dirname -- "$0")"

cargo_home=${CARGO_HOME:-$HOME/.cargo}
path_before=$PATH
PATH=$cargo_home/bin:$PATH
# The one is left to whoever set it in their shell, the other would install what is only asked about.
unset RUSTUP_TOOLCHAIN
export RUSTUP_AUTO_INSTALL=0

manager=$(package_manager) wanted='' unknown=''
have rustup || { have cargo && is_new_enough 1.85 rustc; } ||
    native curl programs=curl apt='ca-certificates curl' dnf=curl pacman=curl apk=curl brew=curl
packages
install_packages
rust

if [ "$mode" = check ]; then exit "$status"; fi
if [ "$mode" = print ]; then
    if [ "$status" = 0 ]; then say "nothing is missing"; fi
    exit
fi
case ":$path_before:" in
    *":$cargo_home/bin:"*) ;;
    *) echo "export PATH=$(quoted "$cargo_home/bin"):\"\$PATH\"" ;;
esac
say "all is there"
