"""A store that speaks S3 for tests: OpenStack Swift with its s3api, of Debian's python3-swift, below a folder.

Usage: swift-store.py FOLDER PROXY ACCOUNT CONTAINER OBJECT (ports). Says `ready`, and ends with its standard input.
"""

import os
import signal
import socket
import sys
import time

import swift.common.utils

root, *ports = sys.argv[1:]
swift.common.utils.SWIFT_CONF_FILE = f"{root}/swift.conf"

with open(swift.common.utils.SWIFT_CONF_FILE, "w") as conf:
    conf.write("[swift-hash]\nswift_hash_path_prefix = a\nswift_hash_path_suffix = b\n")

from swift.common.ring import RingBuilder  # noqa: E402
from swift.common.wsgi import run_wsgi  # noqa: E402

user = "root" if os.geteuid() == 0 else __import__("getpass").getuser()
common = f"""[DEFAULT]
swift_dir = {root}
devices = {root}/devices
mount_check = false
bind_ip = 127.0.0.1
workers = 0
user = {user}
disable_fallocate = true
fallocate_reserve = 0
"""
key, secret = os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]
proxy = f"""[pipeline:main]
pipeline = catch_errors gatekeeper cache s3api tempauth copy dlo slo versioned_writes proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:cache]
use = egg:swift#memcache
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
[filter:tempauth]
use = egg:swift#tempauth
user_test_{key} = {secret} .admin
"""
for name in ("catch_errors", "gatekeeper", "copy", "dlo", "slo", "versioned_writes"):
    proxy += f"[filter:{name}]\nuse = egg:swift#{name}\n"

os.makedirs(f"{root}/devices/disk", exist_ok=True)
servers = {}
for name, port in zip(("proxy", "account", "container", "object"), ports):
    main = proxy if name == "proxy" else (
        f"[pipeline:main]\npipeline = {name}-server\n[app:{name}-server]\nuse = egg:swift#{name}\n"
    )
    servers[name] = (f"{root}/{name}.conf", int(port))
    with open(servers[name][0], "w") as conf:
        conf.write(f"{common}bind_port = {port}\n{main}")
    if name != "proxy":
        ring = RingBuilder(4, 1, 0)
        at = {"ip": "127.0.0.1", "port": int(port), "replication_ip": "127.0.0.1", "replication_port": int(port)}
        ring.add_dev({"id": 0, "region": 1, "zone": 1, "weight": 1.0, "device": "disk", "meta": "", **at})
        ring.rebalance()
        ring.get_ring().save(f"{root}/{name}.ring.gz")

children = []
for name, (conf, _) in servers.items():
    child = os.fork()
    if child == 0:
        sys.exit(run_wsgi(conf, f"{name}-server"))
    children.append(child)

for _, port in servers.values():
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            break
        except OSError:
            time.sleep(0.05)
print("ready", flush=True)
sys.stdin.read()
for child in children:
    os.kill(child, signal.SIGKILL)
