#!/bin/sh
# Brings a fresh clone to the point where everything runs, and says what it does. Safe to run again: what is
# there is left alone. Starts no service.
#
#   sh .config/setup.sh            npm packages and, beside that, baresip, Kamailio, openssl; then builds
#   sh .config/setup.sh --tests    and a second baresip version, Asterisk, tshark, PostgreSQL, Prometheus, Alertmanager, Chromium,
#                                  zsh and fish, for the tests only
#
# `npm test` runs what --tests does in its three parts, the last two at the same time, because unit tests and checks need no
# programs:
#   --permission   says what apt-get is going to install, and lets sudo ask for its password
#   --packages     npm packages, and the build
#   --programs     Debian's packages, and the other programs for the tests
set -eu
cd "$(dirname "$0")/.."

say() { echo "setup: $*"; }
die() {
  echo "setup: $*" >&2
  exit 1
}
has() { command -v "$1" >/dev/null 2>&1; }

# daemons live in sbin, which is not in everybody's PATH
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

check_node() {
  has node || die "Node.js is missing: install version 20.19 or later"
  node -e '
    const [major, minor] = process.versions.node.split(".").map(Number);
    process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1);' ||
    die "Node.js $(node --version) is too old: install version 20.19 or later"
}

# Chromium without a window, which takes two thirds of the processor time. Systems older than Debian 12 have only the package chromium.
headless=chromium-headless-shell

# The packages that bring the programs which are missing: those of the product, with --tests also those that tests need
# from this system. Tests say so and are skipped without bwrap, zsh, fish or chromium, except on a CI server.
missing_packages() {
  has baresip || echo baresip-core
  has openssl || echo openssl
  if ! has kamailio; then
    echo kamailio kamailio-tls-modules
  elif has dpkg-query && ! dpkg-query -W kamailio-tls-modules >/dev/null 2>&1; then
    echo kamailio-tls-modules
  fi
  [ "$for_tests" = yes ] || return 0
  has bwrap || echo bubblewrap
  for program in zsh fish; do has "$program" || echo "$program"; done
  has chromium || has "$headless" || echo "$headless"
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  else
    sudo "$@"
  fi
}

# Says what apt-get is going to install, and lets sudo ask for its password while nothing else speaks.
announce() {
  by_hand="install by hand: baresip (1.0 or later), Kamailio (5.6 or later) with its TLS module, openssl"
  has apt-get || die "missing: $*. This is not Debian or a relative of it: $by_hand"
  if [ "$(id -u)" = 0 ]; then
    say "apt-get install $*"
    return
  fi
  has sudo || die "missing: $*. There is no sudo: as root, run: apt-get install $*"
  say "sudo apt-get install $*"
  sudo -v || die "missing: $*. sudo is refused: as root, run: apt-get install $*"
}

install_packages() {
  as_root apt-get -qq update || say "apt-get update failed; trying with the package lists that are there"
  if ! apt-cache show "$headless" >/dev/null 2>&1; then
    # shellcheck disable=SC2046 # a list of words
    set -- $(echo "$@" | sed "s/$headless/chromium/")
  fi
  # the lab runs a Kamailio of its own: the one of the package is to start neither now nor at boot
  fresh_service=no
  if [ -d /run/systemd/system ] && ! has kamailio; then
    fresh_service=yes
    as_root systemctl -q mask --runtime kamailio.service
    trap 'as_root systemctl -q unmask --runtime kamailio.service' EXIT
  fi
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -qq -y --no-install-recommends install "$@" >/dev/null ||
    die "apt-get could not install $*: see its messages above"
  if [ "$fresh_service" = yes ]; then
    trap - EXIT
    as_root systemctl -q unmask --runtime kamailio.service
    as_root systemctl -q disable kamailio.service ||
      say "Kamailio's service will start at boot: systemctl disable kamailio"
  fi
}

install_npm_packages() {
  # npm ci would empty the folder behind the link, which belongs to another checkout
  if [ -L node_modules ]; then
    say "node_modules is a link: left alone"
    return
  fi
  stamp=node_modules/.package-lock.json
  if [ ! -e "$stamp" ] || [ -n "$(find package-lock.json -newer "$stamp")" ]; then
    say "npm ci"
    # builds below, where it is known what has changed
    npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
    touch "$stamp"
  fi
}

# npm waits for the network while dpkg unpacks. What npm says is shown when apt-get has ended.
install_both() {
  announce "$@"
  log=$(mktemp)
  install_npm_packages >"$log" 2>&1 &
  npm=$!
  background="$background $npm"
  (install_packages "$@") && failed=no || failed=yes
  wait "$npm" || failed=yes
  cat "$log"
  rm -f "$log"
  [ "$failed" = no ] || exit 1
}

# As root, the tests run its server as nobody, who cannot look into the home of root.
get_postgresql() {
  if [ "$(id -u)" = 0 ]; then
    XDG_CACHE_HOME=/var/cache sh .config/get-debian.sh postgresql >/dev/null
  else
    sh .config/get-debian.sh postgresql >/dev/null
  fi
}

# What the tests take from Debian packages without installing them: that mostly waits for the network,
# so it is done beside everything else. All but the second baresip may be missing: their tests say so and are skipped, except on
# a CI server.
get_test_programs() {
  baresip -h 2>/dev/null | grep -q '^baresip v1\.1\.' || sh .config/get-debian.sh baresip-core >/dev/null
  sh .config/get-debian.sh asterisk >/dev/null || [ "${CI:-}" != true ]
  sh .config/get-debian.sh tshark wireshark-common >/dev/null || [ "${CI:-}" != true ]
  ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || get_postgresql || [ "${CI:-}" != true ]
  sh .config/get-debian.sh prometheus >/dev/null || [ "${CI:-}" != true ]
  sh .config/get-debian.sh prometheus-alertmanager >/dev/null || [ "${CI:-}" != true ]
}

# For the tests: Debian's packages, and beside that the programs that are not installed.
install_programs() {
  (get_test_programs) &
  programs=$!
  background=$programs
  missing=$(missing_packages)
  # shellcheck disable=SC2086 # a list of words
  if [ -n "$missing" ] && ! (install_packages $missing); then
    kill "$programs" 2>/dev/null
    exit 1
  fi
  wait "$programs" || die "a program for the tests is missing: see the messages above"
}

ask_permission() {
  missing=$(missing_packages)
  # shellcheck disable=SC2086 # a list of words
  [ -z "$missing" ] || announce $missing
}

check_node
for_tests=yes
log=
background=
# what runs in the background does not hear Ctrl-C
trap 'kill $background 2>/dev/null; rm -f "$log"; exit 130' INT TERM
case "${1:-}" in
'')
  for_tests=no
  missing=$(missing_packages)
  if [ -n "$missing" ]; then
    # shellcheck disable=SC2086 # a list of words
    install_both $missing
  else
    install_npm_packages
  fi
  sh .config/build-if-changed.sh
  ;;
--tests)
  ask_permission
  install_npm_packages
  sh .config/build-if-changed.sh
  install_programs
  ;;
--permission) ask_permission ;;
--packages)
  install_npm_packages
  sh .config/build-if-changed.sh
  ;;
--programs) install_programs ;;
*) die "there is no option $1" ;;
esac
