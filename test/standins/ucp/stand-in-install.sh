# stand-in-install: the stand-in's own way to be installed; the product's `install` has other options.
# --files: data files of the store; --bytes: bytes that cannot be compressed, in one more of them.

parse_flags 'debug:bool jsonlog:bool files:text bytes:text san:list' "$@"
need_socket
[ "$(api GET /info | jq -r .Swarm.ControlAvailable)" = true ] || fatal 'this engine is not a manager of a swarm'
[ -z "$(installed_version)" ] || fatal 'UCP is installed already'
tree=/tmp/tree
folder_of() { printf '%s%s/%s' "$tree" "$(place "$1")" "$1"; }

# shellcheck disable=SC2086 # names are words
names=$(alt_names localhost 127.0.0.1 ${flag_san:-})
for name in $authorities; do
  make_authority "$(folder_of "$name")" "Stand-in of ${name#ucp-}"
done
for name in $certificate_volumes; do
  authority=ucp-cluster-root-ca
  [ "$name" = ucp-controller-server-certs ] && authority=ucp-client-root-ca
  make_certificate "$(folder_of "$name")" "${name#ucp-}" "$names" "$(folder_of "$authority")"
done

store=$(folder_of ucp-auth-store-data)/rethinkdb_data
mkdir -p "$store/tmp"
printf 'log\n' >"$store/log_file"
printf 'metadata\n' >"$store/metadata"
if at_least 3 2; then files=16; else files=96; fi
for number in $(seq 1 "${flag_files:-$files}"); do
  printf 'table %s\n' "$number" >"$store/$(printf '%08x-4f4b-4b1c-9a6e-000000000000' "$number")"
done
mkdir -p "$(folder_of ucp-auth-worker-data)/jobs"
printf 'job\n' >"$(folder_of ucp-auth-worker-data)/jobs/1.log"
kv=$(folder_of ucp-kv)
mkdir -p "$kv/datav3/member/snap" "$kv/datav3/member/wal"
head -c 65536 /dev/urandom >"$kv/datav3/member/snap/db"
head -c 65536 /dev/urandom >"$kv/datav3/member/wal/0000000000000000-0000000000000000.wal"
# The product knows both from its own data.
printf '%s\n' "$UCP_VERSION" >"$kv/stand-in-version"
cluster_id >"$kv/stand-in-instance"
mkdir -p "$(folder_of ucp-metrics-inventory)" "$(folder_of ucp-metrics-data)/wal"
printf '[]\n' >"$(folder_of ucp-metrics-inventory)/inventory.json"
printf 'metrics\n' >"$(folder_of ucp-metrics-data)/wal/00000000"

create_volumes
tar -c -C "$tree" . | fill / || fatal 'unable to fill the volumes'
if [ -n "${flag_bytes:-}" ]; then

  mkdir -p /tmp/large/ucp-auth-store-data/rethinkdb_data
  head -c "$flag_bytes" /dev/urandom >/tmp/large/ucp-auth-store-data/rethinkdb_data/large
  tar -c -C /tmp/large . | fill /backup || fatal 'unable to fill ucp-auth-store-data'
fi
start_ucp
info "UCP $UCP_VERSION is installed"
