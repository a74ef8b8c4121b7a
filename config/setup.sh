#!/usr/bin/env bash
# Sets up what `make` needs: the virtual environment from a lock, pillow-simd, programs for the tests.
#
#   config/setup.sh runtime|dev|tracing|pillow-simd|test-tools|bench|client|lighthouse|audit|lock
#
# Packages come from the registries that pip, apt and npm are set up for on this machine, and from nowhere else.
set -euo pipefail
cd "$(dirname "$0")/.."

venv=.venv
locks=config/locks
apt_updated=""

say() { printf 'perch setup: %s\n' "$*"; }
fail() { printf 'perch setup: %s\n' "$*" >&2; exit 1; }

# Install Debian packages, where we may; 1 where we may not.
apt_install() {
    local sudo=""
    command -v apt-get >/dev/null || return 1
    if [ "$(id -u)" != 0 ]; then
        sudo="sudo -n"
        $sudo true 2>/dev/null || return 1
    fi
    local options=(-qq -o DPkg::Lock::Timeout=120)
    if [ -z "$apt_updated" ]; then
        $sudo apt-get "${options[@]}" update >/dev/null || return 1
        apt_updated=yes
    fi
    say "installing $* with apt-get"
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get "${options[@]}" install -y --no-install-recommends "$@" \
        >/dev/null || return 1
}

make_venv() {
    [ -f $venv/.made ] && return
    local python=${PYTHON:-python3}
    command -v "$python" >/dev/null || apt_install python3 || fail "Python 3.11 or newer is needed: install python3"
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        fail "Python 3.11 or newer is needed, and $python is $("$python" -V); say which: make run PYTHON=python3.12"
    "$python" -c 'import ensurepip, venv' 2>/dev/null || apt_install python3-venv ||
        fail "Python's venv module is missing: install python3-venv"
    say "making the virtual environment $venv with $("$python" -V)"
    rm -rf $venv # what an interrupted attempt left
    "$python" -m venv $venv
    touch $venv/.made
}

# Shows how far pip is: how many of the packages it has looked at, then that it installs them. What pip says is
# kept in $venv/pip.log, and shown if it fails.
show_pip() {
    local total=$1 count=0 line end='\n'
    [ -t 1 ] && end='\r'
    while IFS= read -r line; do
        printf '%s\n' "$line" >>$venv/pip.log
        case $line in
        Collecting* | "Requirement already"*)
            count=$((count + 1))
            if [ -t 1 ] || [ $((count % 20)) = 0 ]; then
                printf "perch setup: fetching packages, %d of %d    $end" "$count" "$total"
            fi
            ;;
        "Installing collected"*) printf 'perch setup: fetched %d packages, installing them\n' "$count" ;;
        esac
    done
}

install_lock() {
    make_venv
    local total
    total=$(grep -c '^[a-z0-9]' "$locks/$1.txt")
    say "installing $total packages from $locks/$1.txt (step 1 of 2)"
    : >$venv/pip.log
    if ! $venv/bin/pip install --progress-bar off --disable-pip-version-check --require-hashes -r "$locks/$1.txt" \
        2>&1 | show_pip "$total"; then
        tail -n 20 $venv/pip.log >&2
        fail "the packages could not be installed ($venv/pip.log has all that pip said)"
    fi
    say "installing Perch itself (step 2 of 2)"
    # Perch itself, as a link to this folder.
    $venv/bin/pip install --quiet --disable-pip-version-check --no-deps --editable .
}

# pillow-simd goes into a folder of its own: it fills the same package as Pillow, and only the child
# process that decodes pictures takes it. Without it everything works, slower.
build_pillow_simd() {
    local headers=(gcc libc6-dev libjpeg62-turbo-dev zlib1g-dev libwebp-dev liblcms2-dev libtiff-dev) missing=()
    if [ -x /usr/bin/python3 ] && [ "$(readlink -f $venv/bin/python)" = "$(readlink -f /usr/bin/python3)" ]; then
        headers+=(python3-dev) # Debian's own Python has its headers in a package of their own
    fi
    if command -v dpkg-query >/dev/null; then
        for package in "${headers[@]}"; do
            dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
        done
        if [ ${#missing[@]} -gt 0 ] && ! apt_install "${missing[@]}"; then
            say "pillow-simd is not built, pictures take longer; to build it: install ${missing[*]}, then make pillow-simd"
            return 0
        fi
    fi
    local flags="cc"
    grep -qw avx2 /proc/cpuinfo 2>/dev/null && flags="cc -mavx2"
    say "building pillow-simd ($flags)"
    rm -rf $venv/pillow-simd $venv/pillow-simd.new
    if CC="$flags" $venv/bin/pip install --quiet --disable-pip-version-check --no-deps --no-cache-dir \
        --require-hashes --target $venv/pillow-simd.new -r $locks/pillow-simd.txt >$venv/pillow-simd.log 2>&1; then
        mv $venv/pillow-simd.new $venv/pillow-simd
    else
        rm -rf $venv/pillow-simd.new
        say "pillow-simd could not be built ($venv/pillow-simd.log says why): Pillow works in its place, slower"
    fi
}

# Browsers (the headless one runs the tests in half the time, the other is looked at), an S3 server, a pooler of
# connections and a client of PostgreSQL with TLS, a client that makes load, and fonts to look at pages with.
install_test_tools() {
    local missing=()
    command -v chromium >/dev/null || missing+=(chromium)
    command -v chromium-headless-shell >/dev/null || ! apt-cache show chromium-headless-shell >/dev/null 2>&1 ||
        missing+=(chromium-headless-shell)
    command -v radosgw >/dev/null || missing+=(radosgw)
    command -v wrk >/dev/null || missing+=(wrk)
    command -v man >/dev/null || missing+=(man-db)
    command -v psql >/dev/null || missing+=(postgresql-client)
    for program in nginx caddy pgbouncer; do
        command -v $program >/dev/null || [ -x /usr/sbin/$program ] || missing+=($program)
    done
    command -v promtool >/dev/null && command -v prometheus >/dev/null || missing+=(prometheus)
    command -v dpkg-query >/dev/null && for font in fonts-noto-core fonts-noto-color-emoji; do
        [ -d "/usr/share/doc/$font" ] || missing+=("$font")
    done
    [ ${#missing[@]} -eq 0 ] || apt_install "${missing[@]}" ||
        fail "the tests need these packages: ${missing[*]}. Install them, then run make test again"
}

# The other sides of `make bench`, besides the tests' tools: zstd compresses a bare dump, pyvips makes pictures.
install_bench_tools() {
    install_test_tools
    command -v zstd >/dev/null || apt_install zstd ||
        fail "the measurements need the package zstd. Install it, then run make bench again"
    say "installing pyvips from $locks/bench.txt"
    $venv/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $locks/bench.txt
}

need_node() {
    command -v npm >/dev/null || apt_install nodejs npm || fail "$1 needs Node and npm: install them, then run it again"
}

# What checks the client's JavaScript, and bundles it for the packages.
install_client_tools() {
    need_node "checking and bundling the client"
    say "installing ESLint, TypeScript and Rolldown from tools/client/package-lock.json"
    npm --prefix tools/client ci --ignore-scripts --no-audit --no-fund --loglevel=error >$venv/client.log 2>&1 ||
        fail "the client's tools could not be installed ($venv/client.log says why)"
}

# Lighthouse, for `make client-gates` alone. Nothing of it is part of the client, which has no build.
install_lighthouse() {
    need_node "make client-gates"
    say "installing Lighthouse from tools/gates/lighthouse/package-lock.json"
    mkdir -p $venv/lighthouse
    cp tools/gates/lighthouse/package.json tools/gates/lighthouse/package-lock.json $venv/lighthouse/
    npm --prefix $venv/lighthouse ci --ignore-scripts --no-audit --no-fund --loglevel=error >$venv/lighthouse.log 2>&1 ||
        fail "Lighthouse could not be installed ($venv/lighthouse.log says why)"
}

# What looks at dependencies, for `make audit` and `make sbom` alone, in an environment of its own: it has many itself.
install_audit_tools() {
    say "installing pip-audit and cyclonedx-bom from $locks/audit.txt"
    [ -x $venv/audit/bin/pip ] || $venv/bin/python -m venv $venv/audit
    $venv/audit/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $locks/audit.txt
}

make_locks() {
    local options=(--universal --python-version 3.11 --generate-hashes --no-annotate --no-header --quiet
        --no-emit-index-url --no-emit-find-links)
    $venv/bin/uv pip compile "${options[@]}" --extra embedded pyproject.toml -o $locks/runtime.txt
    $venv/bin/uv pip compile "${options[@]}" -c $locks/runtime.txt pyproject.toml -o $locks/production.txt
    $venv/bin/uv pip compile "${options[@]}" --extra embedded --extra tracing --extra dev -c $locks/runtime.txt pyproject.toml \
        -o $locks/dev.txt
    $venv/bin/uv pip compile "${options[@]}" --extra tracing -c $locks/dev.txt pyproject.toml -o $locks/tracing.txt
    echo "pyvips[binary]" | $venv/bin/uv pip compile "${options[@]}" -c $locks/dev.txt - -o $locks/bench.txt
    printf 'cyclonedx-bom\npip-audit\n' | $venv/bin/uv pip compile "${options[@]}" - -o $locks/audit.txt
    echo pillow-simd | $venv/bin/uv pip compile "${options[@]}" - -o $locks/pillow-simd.txt
}

case "${1:-}" in
runtime | dev | tracing) install_lock "$1" ;;
pillow-simd) build_pillow_simd ;;
test-tools) install_test_tools ;;
bench) install_bench_tools ;;
client) install_client_tools ;;
lighthouse) install_lighthouse ;;
audit) install_audit_tools ;;
lock) make_locks ;;
*) fail "usage: config/setup.sh runtime|dev|tracing|pillow-simd|test-tools|bench|client|lighthouse|audit|lock" ;;
esac
