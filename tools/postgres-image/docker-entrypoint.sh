#!/bin/sh
# What the official image promises of POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB, PGDATA and the arguments. There is no
# psql here, so no scripts of /docker-entrypoint-initdb.d; the database is made in single-user mode, before anyone can connect.
set -eu

case "${1:-}" in '' | -*) set -- postgres "$@" ;; esac

initialize() {
  if [ -z "${POSTGRES_PASSWORD:-}" ]; then
    echo 'Error: POSTGRES_PASSWORD is not set; a superuser without a password is not made.' >&2
    exit 1
  fi
  user="${POSTGRES_USER:-postgres}"
  database="${POSTGRES_DB:-$user}"

  umask 077
  printf '%s\n' "$POSTGRES_PASSWORD" >/tmp/password
  initdb --pgdata="$PGDATA" --username="$user" --pwfile=/tmp/password --encoding=UTF8 --locale=C --no-sync
  rm /tmp/password
  # Over the network, as the official image has it. Inside of the container nobody is asked for a password.
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
  echo "listen_addresses = '*'" >>"$PGDATA/postgresql.conf"

  [ "$database" = postgres ] && return
  quoted=$(printf '%s' "$database" | sed 's/"/""/g')
  # Single-user mode goes on after an error; only what it prints tells.
  if printf 'CREATE DATABASE "%s";\n' "$quoted" | postgres --single -D "$PGDATA" postgres 2>&1 | grep -E 'ERROR|FATAL'; then
    exit 1
  fi
}

if [ "$1" = postgres ]; then
  [ -s "$PGDATA/PG_VERSION" ] || initialize
fi
exec "$@"
