#!/usr/bin/env bash
# A real MySQL for the tests, on a Debian that has only MariaDB: Debian's own packages of its development suite, unpacked beside the system and
# run through their own loader, so that nothing that is installed is touched. Data are for tests only: nothing waits for the disk.
#   scripts/engines/mysql.sh start | stop
# User orm, password orm-secret. MYSQL_PORT (13316), ENGINES (/var/tmp/mortise-engines).
set -euo pipefail
: "${MYSQL_PORT:=13316}" "${ENGINES:=/var/tmp/mortise-engines}" "${SUITE:=sid}"
PREFIX="$ENGINES/mysql" RUN="$ENGINES/mysql-$MYSQL_PORT"
PID="$RUN/mysqld.pid" SOCKET="$RUN/socket" LOG="$RUN/mysqld.log"
export TZ=UTC

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$MYSQL_PORT") 2>/dev/null; }
alive() { [ -s "$PID" ] && kill -0 "$(cat "$PID")" 2>/dev/null; }
within() { "$PREFIX/usr/lib64/ld-linux-x86-64.so.2" --library-path "$PREFIX/usr/lib/x86_64-linux-gnu:$PREFIX/usr/lib" "$@"; }
client() { within "$PREFIX/usr/bin/mysql" --no-defaults -uroot -S "$SOCKET" "$@"; }

# A second apt configuration with lists and cache of its own, which knows the suite and nothing that is installed.
unpack() {
  [ -e "$PREFIX/.complete" ] && return
  local apt="$ENGINES/apt" mirror packages package
  mirror=$(apt-get indextargets --format '$(REPO_URI) $(COMPONENT) $(CODENAME)' 'Created-By: Packages' | awk '$2 == "main" && $3 !~ /-/ { print $1; exit }')
  [ -n "$mirror" ] || { echo 'mysql.sh: apt knows no Debian mirror' >&2; exit 1; }
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/none.d" "$apt/debs"
  : > "$apt/status"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $SUITE main" > "$apt/sources.list"
  cat > "$apt/apt.conf" <<CONF
Dir::State::Lists "$apt/lists"; Dir::State::status "$apt/status"; Dir::State::extended_states "$apt/extended"; Dir::Cache "$apt/cache";
Dir::Etc::sourcelist "$apt/sources.list"; Dir::Etc::sourceparts "$apt/none.d"; Dir::Etc::preferences "$apt/none"; Dir::Etc::preferencesparts "$apt/none.d";
APT::Sandbox::User "root"; APT::Install-Recommends "false"; APT::Default-Release "$SUITE"; Debug::NoLocking "true";
CONF
  export APT_CONFIG="$apt/apt.conf"
  apt-get update -qq
  packages=$(apt-get install -s mysql-server-core mysql-client-core | awk '/^Inst / { print $2 }' | grep -Evx 'perl.*|libperl.*|libgdbm.*|libdb5.*')
  # shellcheck disable=SC2086
  (cd "$apt/debs" && apt-get download -qq $packages)
  unset APT_CONFIG
  rm -rf "$PREFIX"
  mkdir -p "$PREFIX"/usr/{lib,lib64,bin,sbin}
  for folder in lib lib64 bin sbin; do ln -s "usr/$folder" "$PREFIX/$folder"; done
  for package in "$apt"/debs/*.deb; do
    dpkg-deb --fsys-tarfile "$package" | tar -x -C "$PREFIX" --keep-directory-symlink --no-same-owner
  done
  rm -rf "$apt/debs"
  touch "$PREFIX/.complete"
}

server() {
  within "$PREFIX/usr/sbin/mysqld" --no-defaults --user="$(id -un)" --basedir="$PREFIX/usr" --datadir="$RUN/data" \
    --lc-messages-dir="$PREFIX/usr/share/mysql" --character-sets-dir="$PREFIX/usr/share/mysql/charsets" \
    --plugin-dir="$PREFIX/usr/lib/mysql/plugin" --log-error="$LOG" --secure-file-priv= --innodb-redo-log-capacity=32M "$@"
}

start() {
  answers && return
  mkdir -p "$ENGINES"
  unpack
  mkdir -p "$RUN"
  if [ ! -e "$RUN/initialised" ]; then
    rm -rf "$RUN/data"
    server --initialize-insecure
    touch "$RUN/initialised"
  fi
  (server --bind-address=127.0.0.1 --port="$MYSQL_PORT" --socket="$SOCKET" --pid-file="$PID" --mysqlx=0 --skip-log-bin \
    --innodb-buffer-pool-size=256M --innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=OFF --performance-schema=OFF \
    --max-connections=300 > /dev/null 2>&1 < /dev/null &)
  for _ in $(seq 300); do client -e 'SELECT 1' > /dev/null 2>&1 && break; sleep 0.2; done
  client <<'SQL' || { tail -20 "$LOG" >&2; exit 1; }
CREATE DATABASE IF NOT EXISTS test;
CREATE USER IF NOT EXISTS 'orm'@'127.0.0.1' IDENTIFIED WITH caching_sha2_password BY 'orm-secret';
GRANT ALL ON *.* TO 'orm'@'127.0.0.1' WITH GRANT OPTION;
SQL
}

stop() {
  alive || return 0
  kill "$(cat "$PID")"
  for _ in $(seq 150); do alive || return 0; sleep 0.2; done
}

case "${1:-}" in
  start) start ;;
  stop) stop ;;
  *) echo 'usage: scripts/engines/mysql.sh start | stop' >&2; exit 2 ;;
esac
