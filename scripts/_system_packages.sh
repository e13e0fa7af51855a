# shellcheck shell=bash
# Sourced by scripts/test and the benchmark: programs that are no Python packages. Uses `say` of _environment.sh.
#
#   need PROGRAM PACKAGE ELSE [ALTERNATIVES…]    install PACKAGE where none of the programs (or files) is there, or exit 2
#   want PROGRAM PACKAGE WITHOUT                 the same, but go on, saying what is done without it

_updated=no

_is_there() {
  local program
  for program in "$@"; do
    if [ -f "$program" ]; then return 0; fi
    if [ -n "$program" ] && PATH="$PATH:/usr/sbin:/usr/lib/rabbitmq/bin" command -v "$program" >/dev/null 2>&1; then
      return 0
    fi
  done
  return 1
}

# Debian starts a service as soon as it is installed, unless policy-rc.d says no. The tests start nodes of their own.
_apt_install() {
  local policy=/usr/sbin/policy-rc.d status=0 made=no
  if [ "$_updated" = no ]; then
    apt-get update -qq >&2 || return
    _updated=yes
  fi
  if [ ! -e "$policy" ]; then
    made=yes
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
  fi
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$1" >&2 </dev/null || status=$?
  if [ "$made" = yes ]; then rm -f "$policy"; fi
  return "$status"
}

_have() {
  local package="$1"
  shift
  if _is_there "$@"; then return; fi
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    say "Installing $package from the system's packages …"
    _apt_install "$package" && _is_there "$@" && return
  fi
  return 1
}

want() {
  if ! _have "$2" "$1"; then say "$1 is not installed here and cannot be by this script: $3."; fi
}

need() {
  local program="$1" package="$2" otherwise="$3"
  shift 3
  if _have "$package" "$program" "$@"; then return; fi
  say "This needs $program, which is not installed here and cannot be installed by this script." \
    "Install it (Debian, Ubuntu: sudo apt-get install $package), $otherwise."
  exit 2
}
