/** Files beside the Compose file. */
export const SHOP_FILES = {
  'key.txt': 'hush',
  'app.conf': 'name = {{.Service.Name}}\n',
};

/** A stack that says about all that a Compose file can say to `docker stack deploy` of engine 20.10. */
export const SHOP = String.raw`
version: "3.9"
services:
  web:
    image: busybox:test
    entrypoint: ["/bin/sh", "-c"]
    command: ["while :; do sleep 1; done", "", "$$@ 'x' \"y\"\n"]
    environment:
      A: "1"
      EMPTY: ""
      MULTI: "a=b\nc\t\u00e9"
      DOLLAR: "$$HOME $$$$X"
      WORDS: "no"
      CLOCK: "12:30:45"
      OCTAL: "0755"
      BREAKS: "a\u0085b\u2028c\u007fd\u009fe\ufefff\r\n"
      "on": "y"
    labels: {com.example.tier: front, empty: "", "y": "~", "1": "0x1F", "a b: c": "# x"}
    hostname: "web-{{.Task.Slot}}"
    user: "1000:1000"
    working_dir: /tmp
    stdin_open: true
    tty: true
    read_only: true
    stop_signal: SIGINT
    stop_grace_period: 1m30s
    init: true
    sysctls: {net.core.somaxconn: "1024"}
    cap_add: [NET_ADMIN, SYS_TIME]
    cap_drop: [CHOWN]
    ulimits: {nofile: {soft: 1000, hard: 2000}, nproc: 100}
    dns: [10.0.0.2, 10.0.0.1]
    dns_search: [example.org]
    extra_hosts: ["z:10.1.1.1", "a:fe80::1"]
    healthcheck: {test: ["CMD", "true"], interval: 5s, timeout: 3s, retries: 2, start_period: 1500ms}
    volumes:
      - {type: volume, source: data, target: /data}
      - {type: volume, source: data, target: /again, read_only: true}
      - {type: volume, source: named, target: /named}
      - {type: volume, source: ext, target: /ext, read_only: true, volume: {nocopy: true}}
      - {type: volume, target: /anon}
      - {type: bind, source: /tmp, target: /host, bind: {propagation: rslave}}
      - {type: tmpfs, target: /scratch, tmpfs: {size: 1048576}}
    networks:
      front: {aliases: [www]}
      back:
      common: {aliases: [shop-web]}
    ports:
      - {target: 80, published: 8080, protocol: tcp, mode: ingress}
      - {target: 53, published: 5353, protocol: udp, mode: host}
      - {target: 90}
    secrets:
      - source: key
        target: key.pem
        uid: "10"
        gid: "20"
        mode: 0400
      - outside
    configs:
      - {source: conf, target: /etc/app.conf, mode: 0440}
      - {source: conf, target: /etc/second.conf}
    logging: {driver: json-file, options: {max-size: 10m}}
    deploy:
      mode: replicated
      replicas: 2
      labels: {deploy.label: "$$x"}
      update_config: {parallelism: 0, delay: 1s, failure_action: rollback, monitor: 2s, max_failure_ratio: 0.25, order: start-first}
      rollback_config: {parallelism: 2}
      restart_policy: {condition: on-failure, delay: 0s, max_attempts: 3, window: 2m}
      resources:
        limits: {cpus: "0.123456789", memory: 67108865b, pids: 100}
        reservations: {cpus: "0.1", memory: 8M}
      placement:
        constraints: ["node.role == manager", "node.labels.a!=b"]
        preferences: [{spread: node.labels.zone}, {spread: node.labels.rack}]
        max_replicas_per_node: 5
  plain:
    image: busybox:test
    command: [sh, -c, "trap exit TERM; while :; do sleep 1; done"]
    deploy: {mode: global, endpoint_mode: dnsrr}
    healthcheck: {disable: true}
  none:
    image: busybox:test
    init: false
    stop_grace_period: 0s
    healthcheck: {test: sleep 1}
    deploy:
      replicas: 0
      restart_policy: {condition: none}
      resources: {reservations: {generic_resources: [{discrete_resource_spec: {kind: gpu, value: 2}}]}}
    logging: {driver: none}
  outer:
    image: busybox:test
    command: [sleep, "1000"]
    credential_spec: {config: conf}
    networks: [host]
    deploy: {replicas: 0}
networks:
  front: {driver: overlay, driver_opts: {encrypted: ""}, attachable: true, internal: true, labels: {net: v}, ipam: {config: [{subnet: 10.77.0.0/24}]}}
  back: {name: rear}
  common: {external: true}
  host: {external: true, name: host}
volumes:
  data: {driver: local, driver_opts: {type: tmpfs, device: tmpfs, o: size=1m}, labels: {v: w}}
  named: {name: shopware}
  ext: {external: true, name: other}
secrets:
  key: {file: ./key.txt, labels: {s: t}}
  outside: {external: true}
configs:
  conf: {file: ./app.conf, template_driver: golang, labels: {c: "$$d"}}
`;
