# The product's volumes, what lies in them, and the containers that use them.

certificate_volumes='ucp-auth-api-certs ucp-auth-store-certs ucp-auth-worker-certs ucp-controller-client-certs
  ucp-controller-server-certs ucp-kv-certs ucp-node-certs'
authorities='ucp-client-root-ca ucp-cluster-root-ca'
data_volumes='ucp-auth-store-data ucp-auth-worker-data ucp-kv ucp-metrics-data ucp-metrics-inventory'

# Where a volume is mounted in ucp-reconcile: what lies below /backup is what a backup takes.
place() {
  case $1 in
    ucp-metrics-data | ucp-node-certs) if at_least 3 2; then echo /kept; else echo /backup; fi ;;
    *) echo /backup ;;
  esac
}

# create_volumes: makes all of them, and the container that they are read and filled through; it never runs.
create_volumes() {
  for name in $certificate_volumes $authorities $data_volumes; do
    jq -n --arg name "$name" '{Name: $name}' | api_json POST /volumes/create >/dev/null ||
      fatal "unable to create the volume $name"
    printf '%s:%s/%s\n' "$name" "$(place "$name")" "$name"
  done >/tmp/binds || exit 1
  container ucp-reconcile "$(jq -Rn '[inputs]' </tmp/binds)" none '["stand-in-idle"]'
}

# fill PATH: unpacks the tar on stdin there.
fill() { api PUT "/containers/ucp-reconcile/archive?path=$1" --upload-file - --header 'Expect:'; }

# container NAME BINDS NETWORK COMMAND: makes one of the product's containers.
container() {
  jq -n --arg image "$(own_image)" --arg version "$UCP_VERSION" --arg instance "$(cluster_id)" \
    --argjson binds "$2" --arg network "$3" --argjson command "$4" '{
      Image: $image, Cmd: $command, StopSignal: "SIGKILL",
      Labels: {"com.docker.ucp.version": $version, "com.docker.ucp.InstanceID": $instance},
      HostConfig: {Binds: $binds, NetworkMode: $network, RestartPolicy: {Name: "unless-stopped"}}
    }' | api_json POST "/containers/create?name=$1" >/dev/null || fatal "unable to create the container $1"
}

start() { api POST "/containers/$1/start" >/dev/null || fatal "unable to start the container $1"; }

# start_ucp: the product runs, the controller last.
start_ucp() {
  container ucp-kv '["ucp-kv:/data"]' none '["stand-in-idle"]'
  container ucp-proxy "[\"$socket:$socket\"]" none '["stand-in-idle"]'
  container ucp-controller "[\"ucp-controller-server-certs:/certs\", \"$socket:$socket\"]" host '["stand-in-controller"]'
  for each in ucp-kv ucp-proxy ucp-controller; do start "$each"; done
}

# make_authority FOLDER NAME: a self-signed authority in cert.pem and key.pem.
make_authority() {
  mkdir -p "$1"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj "/CN=$2" \
    -out "$1/cert.pem" -keyout "$1/key.pem" 2>/dev/null || fatal "unable to make the authority $2"
}

# make_certificate FOLDER NAME SANS AUTHORITY: cert.pem, key.pem and ca.pem, signed by the authority in that folder.
make_certificate() {
  mkdir -p "$1"
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$2/OU=Stand-in of UCP" \
    -out /tmp/request.pem -keyout "$1/key.pem" 2>/dev/null || fatal "unable to make a key for $2"
  printf 'extendedKeyUsage=serverAuth,clientAuth\nsubjectAltName=%s\n' "$3" >/tmp/extensions
  openssl x509 -req -in /tmp/request.pem -CA "$4/cert.pem" -CAkey "$4/key.pem" -days 825 -extfile /tmp/extensions \
    -CAcreateserial -CAserial /tmp/serial -out "$1/cert.pem" 2>/dev/null || fatal "unable to sign for $2"
  cp "$4/cert.pem" "$1/ca.pem"
}

# alt_names NAMES…: as openssl wants them.
alt_names() {
  list=
  for each in "$@"; do
    case $each in
      *:* | *[0-9].*[0-9].*[0-9].*[0-9]) kind=IP ;;
      *) kind=DNS ;;
    esac
    case $each in *[g-zG-Z_-]*) kind=DNS ;; esac
    list=$list${list:+,}$kind:$each
  done
  printf %s "$list"
}
