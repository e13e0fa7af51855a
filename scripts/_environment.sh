# shellcheck shell=bash
# Sourced by the scripts beside it: finds Python, keeps .venv in step with requirements/, sets `root` and `python`.
#
#   environment runtime|dev    make or refresh the environment, then set `python`
#   say WORDS…                 a line for people, on standard error

root="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)"
venv="${GUILDBUS_VENV:-$root/.venv}"
python="$venv/bin/python"

say() { printf '%s\n' "$*" >&2; }

# The newest Python from 3.11 on that really starts: version managers leave stubs on PATH that do not.
_find_python() {
  local candidate
  for candidate in ${GUILDBUS_PYTHON:-python3.14 python3.13 python3.12 python3.11 python3 python}; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
      command -v "$candidate"
      return
    fi
  done
  say "guildbus needs Python 3.11 or later, and none is on PATH." \
    "Install it (Debian, Ubuntu: apt-get install python3 python3-venv; macOS: brew install python)."
  return 1
}

_make_venv() {
  local base
  base="$(_find_python)"
  say "Making the environment with $("$base" --version) …"
  "$base" -m venv --clear "$venv" >/dev/null && return
  if command -v uv >/dev/null 2>&1; then
    uv venv --quiet --seed --clear --no-project --python "$base" "$venv" && return
  fi
  say "Making the environment failed. Debian and Ubuntu keep a part of it in a package of its own: apt-get install python3-venv."
  return 1
}

# Only what the file pins, byte for byte. uv is faster, pip knows more about this machine: it has the last word.
_install() {
  say "Installing requirements/$1.txt …"
  if command -v uv >/dev/null 2>&1 &&
    uv pip install --quiet --python "$python" --require-hashes --no-deps -r "$root/requirements/$1.txt"; then
    return
  fi
  "$python" -m pip install --quiet --disable-pip-version-check --no-input \
    --require-hashes --no-deps --requirement "$root/requirements/$1.txt"
}

# One at a time where the system can: two scripts started together must not install into the same directory.
_one_at_a_time() {
  if command -v flock >/dev/null 2>&1; then
    exec 9>"$venv.lock"
    flock 9
  fi
}

environment() {
  local wanted="$1" stamp packages
  stamp="$(cksum <"$root/requirements/$wanted.txt")"
  _one_at_a_time
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || _make_venv
  if [ "$(cat "$venv/installed-$wanted" 2>/dev/null)" != "$stamp" ]; then
    _install "$wanted"
    printf '%s\n' "$stamp" >"$venv/installed-$wanted"
    # dev holds the same pins as runtime and more.
    if [ "$wanted" = dev ]; then cksum <"$root/requirements/runtime.txt" >"$venv/installed-runtime"; fi
  fi
  # The project itself: a path file needs no build and no download.
  packages="$("$python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"
  printf '%s\n' "$root" >"$packages/guildbus.pth"
  exec 9>&-
}
