#!/usr/bin/env bash
# Starts the servers that the tests use and that do not answer yet, and waits for them: PostgreSQL (5432) and MariaDB (3306) by the system's
# services, MySQL (13316) by `mysql.sh`, which brings it along and keeps it outside of the repository (/var/tmp/mortise-engines), so that only
# the first start on a machine takes minutes. Says one line per engine; the tests themselves refuse to go without one in CI.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
# within SECONDS PORT
within() { for _ in $(seq "$1"); do answers "$2" && return; sleep 1; done; return 1; }
say() { if answers "$2"; then echo "engines: $1 on 127.0.0.1:$2"; else echo "engines: $1 is missing (nothing answers on 127.0.0.1:$2)"; fi; }
# service_of NAME PORT
service_of() {
  answers "$2" && return
  if command -v service > /dev/null; then service "$1" start > /dev/null 2>&1 || true; fi
  within 30 "$2"
}

echo 'engines: SQLite (in process, needs no server)'
service_of postgresql 5432
say PostgreSQL 5432
service_of mariadb 3306 || service_of mysql 3306
say MariaDB 3306
if ! answers 13316; then
  [ -e "${ENGINES:-/var/tmp/mortise-engines}/mysql/.complete" ] || echo 'engines: MySQL is brought from Debian once; this takes a few minutes'
  ./mysql.sh start > /dev/null || true
  within 30 13316
fi
say MySQL 13316
