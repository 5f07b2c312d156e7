# restore: reads a backup from stdin, or with -i from /config/backup.tar, and installs what is in it.

flags='debug:bool jsonlog:bool interactive:bool passphrase:text host-address:text san:list unlock-key:text'
at_least 3 2 && flags="$flags data-path-addr:text swarm-grpc-port:text force-minimums:bool force:bool"
parse_flags "$flags" "$@"
passphrase=${flag_passphrase:-}
backup=/tmp/backup.tar

read_backup() {
  if [ -n "${flag_interactive:-}" ]; then
    [ -f /config/backup.tar ] || fatal 'there is no /config/backup.tar: mount the backup there'
    cat /config/backup.tar
  else
    cat
  fi
}

decrypt() {
  mkdir -p -m 700 /tmp/gnupg
  gpg --homedir /tmp/gnupg --quiet --no-tty --batch --pinentry-mode loopback --passphrase-fd 3 --decrypt \
    --output "$backup" /tmp/given 3<<END
$passphrase
END
}

is_tar() { [ "$(dd if="$1" bs=1 skip=257 count=5 2>/dev/null)" = ustar ]; }

# A tar ends with two blocks of zeros; one that was cut does not.
is_whole() {
  size=$(stat -c %s "$backup")
  [ $((size % 512)) -eq 0 ] && [ "$(tail -c 1024 "$backup" | tr -d '\0' | wc -c)" -eq 0 ] &&
    tar -tf "$backup" >/tmp/members 2>/dev/null
}

member() { tar -xOf "$backup" "./$1" 2>/dev/null; }

check_version() {
  theirs=$(member ucp-kv/stand-in-version)
  [ -n "${flag_force:-}" ] && return
  if at_least 3 2; then
    case $theirs in
      "$major.$minor".*) return ;;
    esac
  else
    [ "$theirs" = "$UCP_VERSION" ] && return
  fi
  fatal "the backup was made by version $theirs, this is version $UCP_VERSION: restore it with the image of its version"
}

check_swarm() {
  state=$(api GET /info | jq -r .Swarm.LocalNodeState)
  case $state in
    inactive)
      [ -n "${flag_host_address:-}" ] || fatal 'this engine is in no swarm: --host-address is needed to make one'
      ;;
    locked)
      [ -n "${flag_unlock_key:-}" ] || fatal 'the swarm is locked: --unlock-key is needed'
      jq -n --arg key "$flag_unlock_key" '{UnlockKey: $key}' | api_json POST /swarm/unlock >/dev/null ||
        fatal 'unable to unlock the swarm: invalid key'
      ;;
    active)
      [ "$(api GET /info | jq -r .Swarm.ControlAvailable)" = true ] ||
        fatal 'this engine is a worker: restore on a manager'
      [ "$(api GET /swarm | jq -r .Spec.EncryptionConfig.AutoLockManagers)" = true ] || return
      [ -n "${flag_unlock_key:-}" ] || fatal 'autolock is on in this swarm: --unlock-key is needed'
      [ "$(api GET /swarm/unlockkey | jq -r .UnlockKey)" = "$flag_unlock_key" ] ||
        fatal 'the given unlock key is not that of this swarm'
      ;;
    *) fatal "the swarm of this engine is in the state $state" ;;
  esac
}

begin_swarm() {
  info "Beginning a swarm at $flag_host_address"
  jq -n --arg address "$flag_host_address" --arg data "${flag_data_path_addr:-}" \
    --arg listen "0.0.0.0:${flag_swarm_grpc_port:-2377}" \
    '{ListenAddr: $listen, AdvertiseAddr: $address, DataPathAddr: $data}' |
    api_json POST /swarm/init >/dev/null || fatal "unable to begin a swarm at $flag_host_address"
}

# On another swarm than the backup's the authority of the cluster is a new one.
renew_authority() {
  [ "$(member ucp-kv/stand-in-instance)" = "$(cluster_id)" ] && return
  log warning 'This is another swarm than that of the backup: the cluster root CA is not restored, download client bundles again'
  make_authority /tmp/new/ucp-cluster-root-ca 'Stand-in of cluster-root-ca'
  mkdir -p /tmp/new/ucp-kv
  cluster_id >/tmp/new/ucp-kv/stand-in-instance
}

# Further names go into a new certificate of the controller; without them the old one stays.
renew_certificate() {
  [ -n "${flag_san:-}" ] || return
  mkdir -p /tmp/old
  tar -xf "$backup" -C /tmp/old ./ucp-client-root-ca ./ucp-controller-server-certs
  old=$(openssl x509 -noout -ext subjectAltName -in /tmp/old/ucp-controller-server-certs/cert.pem |
    sed -n 's/ *IP Address:/IP:/g; s/ *DNS:/DNS:/gp')
  # shellcheck disable=SC2086 # names are words
  make_certificate /tmp/new/ucp-controller-server-certs controller-server-certs \
    "$old,$(alt_names $flag_san)" /tmp/old/ucp-client-root-ca
}

need_socket
no_tty
[ -z "$(installed_version)" ] || fatal 'UCP is installed on this engine: run uninstall-ucp first'
check_swarm
wrong=$(fault)
info 'Reading the backup'
read_backup >/tmp/given || fatal 'unable to read the backup'
[ "$wrong" = hang ] && for_ever
[ -s /tmp/given ] || fatal 'the backup is empty'
if [ -n "$passphrase" ]; then
  is_tar /tmp/given && fatal 'the backup is not encrypted: leave --passphrase out'
  decrypt 2>/tmp/gpg.log || fatal "unable to decrypt the backup: $(tail -n 1 /tmp/gpg.log)"
  rm /tmp/given
else
  is_tar /tmp/given || fatal 'this is no backup of UCP, or it is encrypted and --passphrase is needed'
  mv /tmp/given "$backup"
fi
is_tar "$backup" || fatal 'this is no backup of UCP'
is_whole || fatal 'unable to read the backup: unexpected EOF'
grep -qxF ./ucp-controller-server-certs/key.pem /tmp/members ||
  fatal 'this is no backup of UCP: the key of the controller is missing'
check_version

info "Restoring UCP $UCP_VERSION"
[ "$state" = inactive ] && begin_swarm
info 'Step 1 of 3: creating volumes'
mkdir -p /tmp/new
renew_authority
renew_certificate
create_volumes
[ "$wrong" = restoreFailsHalfWay ] && fatal 'unable to restore etcd: context deadline exceeded'
info 'Step 2 of 3: restoring volumes, etcd and rethinkdb'
fill /backup <"$backup" || fatal 'unable to fill the volumes'
tar -c -C /tmp/new . | fill /backup || fatal 'unable to fill the volumes'
info 'Step 3 of 3: starting UCP'
start_ucp
info 'Restore completed successfully. Wait until every manager is healthy.'
