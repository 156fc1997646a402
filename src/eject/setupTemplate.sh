#!/bin/sh
#<head>

# Installs what plain `cargo build` needs in this project, for those who have neither Gantry nor Nix:
#
#<summary>
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

#<needs>

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
#if extra
    extra=" ${5-} " wanted_components=''
    for each in $2; do
        case $extra in *" $each "*) ;; *) wanted_components="$wanted_components $each" ;; esac
    done
    lacks=$(absent "$(rustup component list --toolchain "$1" --installed)" "${5-}")
    if [ -n "$lacks" ]; then
        note "$1 has no$lacks, so no editor finds the code of the standard library: rustup component add --toolchain $1$lacks"
    fi
    set -- "$1" "$wanted_components" "$3"
#end
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

#if oldest
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

#end
#if active
# The toolchain that rustup starts here, or the one that it is to install where there is none.
active_toolchain() {
    if active=$(rustup show active-toolchain 2>/dev/null) && [ -n "$active" ]; then
        echo "${active%% *}"
    else
        echo stable
    fi
}

#end
#if directory
# No file of the project names the toolchain for rustup, so rustup is told that it is the one of this directory.
toolchain_of_directory() {
    if have rustup && active=$(rustup show active-toolchain 2>/dev/null); then
        case $active in "$1" | "$1"-[!0-9]* | "$1 "*) return ;; esac
    fi
    missing "toolchain $1 as that of this directory"
    run rustup override set "$1"
}

#end
#if tools
# tool NAME VERSION [FEATURES [TOOLCHAIN]]: with no version, any does.
tool() {
    installed=$(cargo install --list 2>/dev/null) || installed=''
    if printf '%s\n' "$installed" | grep -q "^$1 v${2:-[0-9].*}[: ]"; then return; fi
    missing "$1${2:+ $2}"
    run cargo ${4:+"+$4"} install --locked "$1" ${2:+--version "$2"} ${3:+--features "$3"}
}

#end
#if variables
# variable NAME VALUE: a line that shells and dotenv read alike. What the user has in `.env` themselves is left there, and
# is what a shell gets.
variable() {
    case $own_variables in
        *" $1 "*)
            if [ -z "$prefix" ]; then return; fi
            say "$1 is your own, from .env"
            set -- "$1" "$(own_value "$1")"
            ;;
    esac
    printf '%s%s=' "$prefix" "$1"
    quoted "$2"
    echo
}

#end
#if variables
# own_value NAME: what a shell reads in `.env`.
own_value() {
    set +eu
    # shellcheck source=/dev/null
    . ./.env >/dev/null 2>&1
    eval "printf '%s' \"\${$1-}\""
}

#end
#if program
# program NAME: where this machine has it.
program() {
    command -v "$1" || echo "/usr/bin/$1"
}

#end
#if sysroot
# Where the toolchain lies, once it is there.
sysroot() {
    rustc ${chosen:+"+$chosen"} --print sysroot 2>/dev/null || echo '(the toolchain)'
}

#end
#if sources
# Whether editors find the code of the standard library, or will.
has_sources() {
    [ "$(sysroot)" = '(the toolchain)' ] || [ -d "$(sysroot)/lib/rustlib/src/rust/library" ]
}

#end
#if variables
# Of a pipe one would wait for what it never says.
env_is_a_file() {
    if [ -L .env ] && ! [ -e .env ]; then fail "\`.env\` is a link to \`$(readlink .env)\`, which is not there"; fi
    if [ -d .env ]; then fail "\`.env\` is a directory, and the variables are written to a file: move it away"; fi
    if [ -e .env ] && ! [ -f .env ]; then fail "\`.env\` is a pipe or a device, and no file: move it away"; fi
    if [ -e .env ] && ! [ -r .env ]; then fail "\`.env\` cannot be read: make it readable for you"; fi
}

# replace_env TEXT: written beside, and then put in its place, so that a full disk leaves what was there. A link stays one.
replace_env() {
    file=.env
    while [ -L "$file" ]; do
        target=$(readlink "$file")
        case $target in
            /*) file=$target ;;
            *) file=$(dirname -- "$file")/$target ;;
        esac
    done
    if { ! [ -e "$file" ] || cp -p "$file" "$file.$$"; } && printf '%s\n' "$1" >"$file.$$" && mv -f "$file.$$" "$file"; then
        return
    fi
    rm -f "$file.$$"
    fail "\`.env\` could not be written, and is as it was"
}

# Writes the variables between two lines of `.env`. What else is there stays, and goes before: a variable that is set there
# is left out.
write_env() {
    begin='# Written by setup.sh, from here' end='# to here.'
    others='' own_variables=' ' prefix=''
    env_is_a_file
    if [ -e .env ]; then
        if grep -qxF "$begin" .env && ! grep -qxF "$end" .env; then fail "\`.env\` has \`$begin\`, and no \`$end\`"; fi
        others=$(sed "/^$begin\$/,/^$end\$/d" .env)
        own_variables=" $(printf '%s\n' "$others" | sed -n 's/^\(export \)\{0,1\}\([A-Za-z_][A-Za-z0-9_]*\)=.*/\2/p' | tr '\n' ' ')"
    fi
    if [ -z "$(variables)" ] && ! grep -qxF "$begin" .env 2>/dev/null; then return; fi
    new=$(
        if [ -n "$others" ]; then printf '%s\n\n' "$others"; fi
        echo "$begin"
        variables
        echo "$end"
    )
    if [ -e .env ] && [ "$(cat .env)" = "$new" ]; then return; fi
    missing "variables in .env"
    say "+ write .env"
    if [ "$mode" = print ]; then variables | sed 's/^/    /'; fi
    if [ "$mode" = install ]; then
        replace_env "$new"
        if git rev-parse --git-dir >/dev/null 2>&1 && ! git check-ignore -q .env; then
            say ".env is for this machine alone: let .gitignore name it"
        fi
    fi
}

#end
#if hooks
# The hooks of git are installed by prek or pre-commit, whichever there is, as .pre-commit-config.yaml has them. A hook that
# is there stays.
git_hooks() {
    top=$(git rev-parse --show-toplevel 2>/dev/null) || return 0
    if ! [ -e "$top/.pre-commit-config.yaml" ] || [ -n "$(git config core.hooksPath)" ]; then return; fi
    if [ -e "$(git rev-parse --git-path hooks)/pre-commit" ]; then return; fi
    if have prek; then
        missing "hook of git"
        run prek install
    elif have pre-commit; then
        missing "hook of git"
        run pre-commit install
    else
        note "git runs no hook before commits; to have one, install prek or pre-commit, and run this again"
    fi
}

#end
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

#if notes
# What one may want to know, and is no reason to say that something is missing.
note() {
    if [ "$mode" = check ]; then printf 'note: %s\n' "$*"; else say "$*"; fi
}

#end
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
#if named
have rustup ||
#end
#if active
#<cargo>
#end
    native curl programs=curl apt='ca-certificates curl' dnf=curl pacman=curl apk=curl brew=curl
packages
install_packages
rust
#if tools
tools
#end
#if hooks
git_hooks
#end
#if variables
write_env
#end

if [ "$mode" = check ]; then exit "$status"; fi
if [ "$mode" = print ]; then
    if [ "$status" = 0 ]; then say "nothing is missing"; fi
    exit
fi
#if variables
prefix='export '
variables
#end
case ":$path_before:" in
    *":$cargo_home/bin:"*) ;;
    *) echo "export PATH=$(quoted "$cargo_home/bin"):\"\$PATH\"" ;;
esac
say "all is there"
