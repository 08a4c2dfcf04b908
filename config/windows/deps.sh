#!/bin/bash
# config/windows/deps.sh: builds for Windows what Graphophone links there, from Debian's source packages.
#
# Prints one line on standard output: the folder that they are installed in, with a file meson.ini for --cross-file, and
# the licences of what the program holds of them. It is made once for each set of versions,
# below ${GRAPHOPHONE_WINDOWS_CACHE:-~/.cache/graphophone/windows}; what it says on the way goes to standard error.
# Nothing of this machine's apt is changed: it has its own list of sources, taken from where this machine has its packages.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cache=${GRAPHOPHONE_WINDOWS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/graphophone/windows}
target=x86_64-w64-mingw32
jobs=$(nproc)
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# Source packages, and the release that each is taken from. libsndfile reads and writes FLAC and Ogg if it has four others,
# or none of them. opus: whole for cmake; iniparser: the first that reads from an open stream.
sources="libogg:bookworm flac:bookworm libvorbis:bookworm opus:trixie libsndfile:bookworm
    libsamplerate:bookworm iniparser:trixie jansson:bookworm check:bookworm"
sources=$(echo $sources)

say() { echo "deps.sh: $*" >&2; }
stop() { say "$*"; exit 1; }

[ "${1:-}" != --help ] || { sed -n '2,7s/^# \?//p' "$0"; exit 0; }
[ $# -eq 0 ] || stop "no arguments are known; see --help"
for tool in $target-gcc cmake ninja dpkg-source apt-get; do
    command -v $tool >/dev/null || stop "$tool is missing; config/packages windows installs it"
done
mkdir -p "$cache/lists/partial" "$cache/sources" "$cache/archives/partial"
# Whoever comes second finds what the first has made.
exec 9>"$cache/lock"
flock 9

# ---------------------------------------------------------------- a private apt

mirror=$(apt-get indextargets --format '$(REPO_URI)|$(COMPONENT)' 'Created-By: Packages' 'Origin: Debian' 2>/dev/null |
    sed -n 's/|main$//p' | head -n 1)
[ -n "$mirror" ] || stop "this machine's apt knows no place that has Debian's packages"
releases=$(tr ' ' '\n' <<<"$sources" | sed 's/.*://' | sort -u | tr '\n' ' ')
printf 'Types: deb-src\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: %s\n' "$mirror" "$releases" "$keyring" \
    >"$cache/debian.sources"
apt=(apt-get -q -o "Dir::Etc::SourceList=$cache/debian.sources" -o "Dir::Etc::SourceParts=/dev/null"
    -o "Dir::State::Lists=$cache/lists" -o "Dir::Cache=$cache/archives" -o APT::Sandbox::User=root
    -o Acquire::Languages=none)
apt() { "${apt[@]}" "$@"; }

# The versions on offer; without a network those that were built last will do.
made_from=$(cat "$0" "$here/toolchain.cmake" | sha256sum | cut -c 1-8)
last=$cache/last-$made_from
if ! apt update >"$cache/apt.log" 2>&1 || grep -q '^[EW]:' "$cache/apt.log"; then
    if [ -f "$last" ] && [ -f "$(cat "$last")/complete" ]; then
        say "the sources cannot be asked for newer ones; taking what is there"
        cat "$last"
        exit 0
    fi
    tail -n 5 "$cache/apt.log" >&2
    stop "Debian's list of sources is not to be had"
fi
versions=
for source in $sources; do
    found=$(apt --print-uris source "${source%:*}/${source#*:}" 2>/dev/null | sed -n "s/^'[^']*' \([^ ]*\.dsc\) .*/\1/p")
    [ -n "$found" ] || stop "there is no source package ${source%:*} in ${source#*:}"
    versions="$versions $found"
done
prefix=$cache/$(sha256sum <<<"$versions" | cut -c 1-8)-$made_from
if [ -f "$prefix/complete" ]; then
    echo "$prefix" | tee "$last"
    exit 0
fi

# ---------------------------------------------------------------- fetched, checked, laid out

work=$prefix.work
rm -rf "$work" "$prefix"
mkdir -p "$work" "$prefix/licences"
# licences_of NAME: the source's own texts, and Debian's list of which file is under which.
licences_of() {
    local text to=$prefix/licences/$1 own=
    mkdir "$to"
    for text in "$work/$1"/{COPYING,LICENSE,LICENCE,COPYRIGHT}*; do
        [ -f "$text" ] || continue
        cp "$text" "$to" && own=yes
    done
    [ -n "$own" ] || stop "the source of $1 has no text of its licence"
    cp "$work/$1/debian/copyright" "$to/debian-copyright"
}
number=0
for source in $sources; do
    name=${source%:*}
    number=$((number + 1))
    description=$(cut -d ' ' -f $number <<<"${versions# }")
    say "$description"
    # apt checks each file against the signed list; dpkg-source once more against the .dsc.
    (cd "$cache/sources" && apt source --download-only "$name/${source#*:}" >"$cache/apt.log" 2>&1) ||
        { tail -n 5 "$cache/apt.log" >&2; stop "$description cannot be fetched"; }
    dpkg-source --no-check -x "$cache/sources/$description" "$work/$name" >"$work/$name.log" 2>&1 ||
        { tail -n 5 "$work/$name.log" >&2; stop "$description cannot be unpacked"; }
    # Tests alone link check.
    [ "$name" = check ] || licences_of "$name"
done

# ---------------------------------------------------------------- built

build() { # NAME FOLDER OPTION...: by cmake
    local name=$1 folder=$work/$1/$2 log=$work/$1.log
    shift 2
    { cmake -S "$folder" -B "$work/$name-build" -G Ninja "-DCMAKE_TOOLCHAIN_FILE=$here/toolchain.cmake" \
        -DCMAKE_BUILD_TYPE=Release "-DCMAKE_INSTALL_PREFIX=$prefix" -DCMAKE_INSTALL_LIBDIR=lib "$@" &&
        ninja -C "$work/$name-build" -j "$jobs" install; } >"$log" 2>&1 ||
        { tail -n 20 "$log" >&2; stop "$name cannot be built; see $log"; }
    say "built $name"
}
export PKG_CONFIG_LIBDIR=$prefix/lib/pkgconfig
# Read by toolchain.cmake.
export GRAPHOPHONE_WINDOWS_PREFIX=$prefix

build libogg . -DBUILD_SHARED_LIBS=OFF -DBUILD_TESTING=OFF -DINSTALL_DOCS=OFF
build flac . -DBUILD_SHARED_LIBS=OFF -DBUILD_CXXLIBS=OFF -DBUILD_PROGRAMS=OFF -DBUILD_EXAMPLES=OFF -DBUILD_TESTING=OFF \
    -DBUILD_DOCS=OFF -DINSTALL_MANPAGES=OFF -DWITH_STACK_PROTECTOR=OFF -DWITH_FORTIFY_SOURCE=OFF
build libvorbis . -DBUILD_SHARED_LIBS=OFF -DBUILD_TESTING=OFF
build opus . -DBUILD_SHARED_LIBS=OFF -DBUILD_TESTING=OFF -DOPUS_STACK_PROTECTOR=OFF -DOPUS_FORTIFY_SOURCE=OFF
build libsndfile . -DBUILD_SHARED_LIBS=ON -DENABLE_EXTERNAL_LIBS=ON -DCMAKE_C_FLAGS=-DFLAC__NO_DLL -DENABLE_MPEG=OFF -DBUILD_PROGRAMS=OFF \
    -DBUILD_EXAMPLES=OFF -DBUILD_REGTEST=OFF -DBUILD_TESTING=OFF -DENABLE_CPACK=OFF -DINSTALL_MANPAGES=OFF
build libsamplerate . -DBUILD_SHARED_LIBS=OFF -DBUILD_TESTING=OFF -DLIBSAMPLERATE_EXAMPLES=OFF -DLIBSAMPLERATE_INSTALL=ON
build iniparser . -DBUILD_SHARED_LIBS=OFF -DBUILD_STATIC_LIBS=ON -DBUILD_TESTING=OFF -DBUILD_DOCS=OFF -DBUILD_EXAMPLES=OFF
build jansson . -DJANSSON_BUILD_SHARED_LIBS=OFF -DJANSSON_BUILD_DOCS=OFF -DJANSSON_EXAMPLES=OFF -DJANSSON_WITHOUT_TESTS=ON
build check . -DCHECK_ENABLE_TESTS=OFF -DCHECK_ENABLE_TIMEOUT_TESTS=OFF -DBUILD_TESTING=OFF

# What its own file says of it is not what was built.
sed -i 's/-lcheck_pic/-lcheck/; s/^\(Libs:.*\)/\1 -lpthread/' "$prefix/lib/pkgconfig/check.pc"
# Tests link it in: nothing is to be copied beside them.
rm -f "$prefix/bin/libcheck.dll" "$prefix/lib/libcheck.dll.a"
# For meson, beside mingw64.ini.
printf "[properties]\npkg_config_libdir = '%s'\n" "$prefix/lib/pkgconfig" >"$prefix/meson.ini"
printf '%s\n' $versions >"$prefix/complete"
rm -rf "$work"
echo "$prefix" | tee "$last"
