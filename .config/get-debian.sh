#!/bin/sh
# Puts programs from Debian packages into a folder of their own, runnable from there: nothing is installed,
# no root is needed, no maintainer script runs. The tests use it to have a second baresip version, Asterisk, tshark and PostgreSQL.
#
#   get-debian.sh [PACKAGE...]      default: baresip-core; prints the folder, which has bin/ and root/
#
# apt-get, pointed at private folders, reads the lists of SUITE from the mirror this machine
# uses, checks signatures as ever, and downloads what the packages depend on; dpkg-deb unpacks it into root/;
# each program in root/usr/bin and root/usr/sbin that a named package brings gets a wrapper in bin/ that starts
# it with the libraries of root/. Once there, the folder is used again without any network.
# SUITE is on Ubuntu the one this machine has; on Debian by default trixie, but sid for Asterisk, which no
# stable release since 11 has, and that of the machine for PostgreSQL, whose programs start each other without a wrapper.
# Environment: SUITE, XDG_CACHE_HOME.
set -eu

[ $# -gt 0 ] || set -- baresip-core
DISTRIBUTION=debian
COMPONENTS=main
if grep -qx 'ID=ubuntu' /etc/os-release; then
  DISTRIBUTION=ubuntu
  COMPONENTS='main universe'
  SUITE=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
elif [ "$1" = asterisk ]; then
  SUITE=${SUITE:-sid}
elif [ "$1" = postgresql ]; then
  SUITE=${SUITE:-$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)}
else
  SUITE=${SUITE:-trixie}
fi
KEYRING=/usr/share/keyrings/$DISTRIBUTION-archive-keyring.gpg

die() {
  echo "get-debian: $*" >&2
  exit 1
}

NAME=$(printf '%s+' "$SUITE" "$@" | tr -c 'a-zA-Z0-9.+-' _)
FOLDER=${XDG_CACHE_HOME:-$HOME/.cache}/offhook/${NAME%+}
if [ -e "$FOLDER/.complete" ]; then
  echo "$FOLDER"
  exit 0
fi

for tool in apt-get dpkg-deb flock tar xargs; do
  command -v "$tool" >/dev/null || die "$tool is missing: this works on Debian and its relatives only"
done
[ -r "$KEYRING" ] || die "$KEYRING is missing: apt-get install debian-archive-keyring"

mkdir -p "$FOLDER"
FOLDER=$(cd "$FOLDER" && pwd -P)
# two test runs may start together; the second waits and finds the work done
exec 9>"$FOLDER/.lock"
flock 9
if [ -e "$FOLDER/.complete" ]; then
  echo "$FOLDER"
  exit 0
fi

WORK=$FOLDER/work
ROOT=$FOLDER/root
rm -rf "$WORK" "$ROOT" "$FOLDER/bin"
mkdir -p "$WORK/etc" "$WORK/lists/partial" "$WORK/archives/partial" "$FOLDER/bin"
: >"$WORK/status"

# Packages that only maintainer scripts need, or modules nobody loads, count as installed: they are neither
# fetched nor unpacked.
for package in adduser debconf passwd perl perl-base tzdata init-system-helpers sysvinit-utils ucf \
  gnupg libcodec2-1.2 libsnmp45 libsnmp40t64 postgresql-common postgresql-client-common ssl-cert locales \
  libllvm14 libllvm19; do
  printf 'Package: %s\nStatus: install ok installed\nArchitecture: all\nMulti-Arch: foreign\nMaintainer: none\nVersion: 9999:1\nDescription: placeholder\n\n' \
    "$package" >>"$WORK/status"
done

MIRROR=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -v security | head -n 1)
[ -n "$MIRROR" ] || die "apt knows no mirror: check /etc/apt/sources.list"
ARCH=$(dpkg --print-architecture)
echo "deb [signed-by=$KEYRING arch=$ARCH] $MIRROR $SUITE $COMPONENTS" >"$WORK/sources.list"

private_apt() {
  apt-get -qq \
    -o Dir::Etc="$WORK/etc" -o Dir::Etc::SourceList="$WORK/sources.list" -o Dir::Etc::SourceParts="$WORK/etc" \
    -o Dir::Etc::Preferences="$WORK/etc/none" -o Dir::Etc::PreferencesParts="$WORK/etc" \
    -o Dir::State="$WORK" -o Dir::State::Lists="$WORK/lists" -o Dir::State::Status="$WORK/status" \
    -o Dir::Cache="$WORK" -o Dir::Cache::Archives="$WORK/archives" \
    -o APT::Sandbox::User= -o APT::Install-Recommends=false -o Acquire::Languages=none \
    -o Acquire::Retries=3 -o Debug::NoLocking=true "$@"
}

echo "get-debian: fetching $* of $SUITE" >&2
private_apt update >&2 || die "cannot read the package lists of $SUITE from $MIRROR"
private_apt --yes --download-only install "$@" >&2 || die "cannot download $* of $SUITE"

# every release of interest unpacks to the same places when /usr is merged from the start
for dir in bin sbin lib lib64; do
  mkdir -p "$ROOT/usr/$dir"
  ln -s "usr/$dir" "$ROOT/$dir"
done
for deb in "$WORK"/archives/*.deb; do
  dpkg-deb --fsys-tarfile "$deb" | tar -x -f - -C "$ROOT" --keep-directory-symlink --no-same-owner
done
rm -rf "$ROOT/usr/share/doc" "$ROOT/usr/share/man" "$ROOT/usr/share/locale" "$ROOT/usr/share/lintian"

# packages of sounds bring none, and have nothing to start
LOADER=$(find "$ROOT/usr/lib" "$ROOT/usr/lib64" -name 'ld-linux*.so.*' | head -n 1)
# libraries lie in the multiarch folder and, for some packages, one level below
LIBRARIES=$ROOT/usr/lib
for dir in "$ROOT"/usr/lib/*-linux-gnu*; do
  LIBRARIES=$LIBRARIES:$dir
  for sub in "$dir"/pulseaudio "$dir"/asterisk; do
    [ ! -d "$sub" ] || LIBRARIES=$LIBRARIES:$sub
  done
done

for package in "$@"; do
  dpkg-deb --contents "$(ls "$WORK/archives/${package}"_*.deb)" |
    sed -n 's#^-..x.* \./\(usr/s*bin/[^ ]*\)$#\1#p' |
    while read -r program; do
      [ -n "$LOADER" ] || die "no dynamic loader among the packages of $SUITE, for $program"
      wrapper=$FOLDER/bin/${program##*/}
      printf '#!/bin/sh\nexec "%s" --library-path "%s" "%s" "$@"\n' "$LOADER" "$LIBRARIES" "$ROOT/$program" >"$wrapper"
      chmod 755 "$wrapper"
    done
done

rm -rf "$WORK"
: >"$FOLDER/.complete"
echo "$FOLDER"
