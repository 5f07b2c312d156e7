# backup: a tar of the product's volumes, or an OpenPGP message around it, on stdout; the log on stderr.

flags='debug:bool jsonlog:bool interactive:bool passphrase:text'
if at_least 3 2; then
  flags="$flags no-passphrase:bool file:text include-logs:bool"
else
  flags="$flags id:text"
fi
flag_include_logs=true
parse_flags "$flags" "$@"
passphrase=${flag_passphrase:-}
file=${flag_file:-}

# Another run of the same command that was started before this one.
another_backup() {
  own=$(own_id)
  for id in $(api GET /containers/json | jq -r '.[] | select(.Command | test("ucp\\.sh backup")) | .Id'); do
    api GET "/containers/$id/json"
  done | jq -rs --arg own "$own" 'sort_by(.State.StartedAt, .Id) | .[0].Id // $own | select(. != $own)'
}

# The archive as the engine gives it: entries ./<volume>/<path>.
archive() { api GET '/containers/ucp-reconcile/archive?path=/backup/.' --no-buffer; }

seal() {
  if [ -z "$passphrase" ]; then cat; else encrypt; fi
}

encrypt() {
  mkdir -p -m 700 /tmp/gnupg
  gpg --homedir /tmp/gnupg --quiet --no-tty --batch --pinentry-mode loopback --passphrase-fd 3 \
    --cipher-algo AES256 --compress-algo none --symmetric --output - 3<<END
$passphrase
END
}

# half COMMAND: the first half of what it prints. Counted first: the engine gives one archive of a container at a time.
half() {
  size=$("$@" | wc -c)
  "$@" 2>/dev/null | head -c $((size / 2))
}

few_files() {
  mkdir -p /tmp/few
  archive | tar -x -C /tmp/few
  tar -c -C /tmp/few ./ucp-client-root-ca ./ucp-controller-server-certs
}

no_tar() { seq 1 2000 | sed 's/^/This is not an archive, line /'; }

sealed_archive() { archive | seal; }

give() {
  case $wrong in
    exit1HalfWay) half sealed_archive ;;
    cut) half archive | seal ;;
    cutMessage) half sealed_archive ;;
    tooFewFiles) few_files | seal ;;
    notATar) no_tar | seal ;;
    *) sealed_archive ;;
  esac
}

# Hundreds of lines of every kind that a log has, those among them that look worse than they are.
noise() {
  for round in $(seq 1 40); do
    info "Volume pass $round: no fatal errors so far, level=fatal was not seen"
    log warning "retrying etcd range request, attempt $round"
    printf 'W1121 22:00:%02d.000000       1 client.go:205] connection lost, reconnecting\n' $((round % 60)) >&2
    printf '{"level":"info","msg":"cut line %d\n' "$round" >&2
    printf '%%!s(MISSING) \377\376 \t\r\n\n' >&2
    printf '[]\nnull\n{"level":5,"msg":{"odd":true}}\n' >&2
  done
  head -c 100000 /dev/zero | tr '\0' x >&2
  printf '\n' >&2
}

restart_stopped() {
  [ -n "${stopped:-}" ] || return
  info 'Starting the UCP containers of this node again'
  for name in $stopped; do api POST "/containers/$name/start" >/dev/null; done
}

need_socket
no_tty
installed=$(installed_version)
[ -n "$installed" ] || fatal 'UCP is not installed on this engine'
[ "$installed" = "$UCP_VERSION" ] ||
  fatal "this image is of version $UCP_VERSION, but version $installed is installed: run the backup with its image"
if at_least 3 2; then
  [ -n "$passphrase" ] || [ -n "${flag_no_passphrase:-}" ] ||
    fatal 'one of --passphrase and --no-passphrase is needed'
  [ -z "$passphrase" ] || [ -z "${flag_no_passphrase:-}" ] ||
    fatal '--passphrase and --no-passphrase cannot be used together'
else
  check_id 'the backup'
fi
[ -z "$passphrase" ] || ! at_least 3 0 || [ ${#passphrase} -ge 12 ] ||
  fatal 'the passphrase must have at least 12 characters'
[ -z "$(another_backup)" ] || fatal 'another backup is in progress: only one can run at a time'
[ -z "${flag_interactive:-}" ] || file=
case $file in
  '' | /*) ;;
  *) file=/backup/$file ;;
esac
if [ -n "$file" ]; then
  folder=${file%/*}
  [ -d "${folder:-/}" ] || fatal "unable to write $file: no such folder in the container, mount one at /backup"
  # Over the HTTP API the file is written as nobody:nogroup.
  [ -z "${UCP_AS_NOBODY:-}" ] || su -s /bin/sh nobody -c "test -w '$folder'" ||
    fatal "unable to write $file: permission denied for nobody:nogroup"
fi

wrong=$(fault)
info "Validating the backup of UCP $UCP_VERSION ($(cluster_id))"
if ! at_least 3 2; then
  stopped=$(ucp_containers running)
  info 'Temporarily stopping the UCP containers of this node'
  trap restart_stopped EXIT
  for name in $stopped; do api POST "/containers/$name/stop" >/dev/null; done
fi
info 'Step 1 of 4: validation is done'
info "Step 2 of 4: backing up volumes ($(ucp_volumes | wc -l))"
[ "$wrong" = hang ] && for_ever
[ "$wrong" = noise ] && noise
info 'Step 3 of 4: backing up etcd'

if [ -z "$file" ]; then
  give
else
  give >"$file"
fi
status=$?
if [ "$wrong" = exit1HalfWay ]; then fatal 'unable to back up etcd: context deadline exceeded'; fi
case $wrong in
  cut | cutMessage) ;;
  *) [ $status -eq 0 ] || fatal "unable to back up the volumes (exit status $status)" ;;
esac
info 'Step 4 of 4: backing up rethinkdb'
if [ -n "$file" ] && [ -n "$flag_include_logs" ]; then
  printf 'Backup of UCP %s, %s\n' "$UCP_VERSION" "$(now)" | seal >"${file%/*}/backup.log"
fi
if [ "$wrong" = fatalButZero ]; then
  fatal_line 'unable to back up rethinkdb: connection refused'
  exit 0
fi
[ "$wrong" = noise ] && noise
info 'Backup completed successfully'
