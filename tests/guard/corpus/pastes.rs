//! Pastes that are no secret by one value: what programs print and files hold.

/// With the detector that knows their shape.
pub const PASTES: &[(&str, &str)] = &[
    ("env_dump", "HOSTNAME=<hex 12>\nPATH=/usr/bin\nAPP_<digit 2>=<word>\nLANG=C.UTF-8"),
    ("env_dump", "declare -x HOME=\"/root\"\ndeclare -x PGHOST=\"<word>\"\ndeclare -x PGPORT=\"<digit 4>\""),
    ("env_dump", "PATH=/usr/bin\0HOME=/root\0LANG=C\0PORT=<digit 4>\0"),
    (
        "raw_log",
        "2026-02-0<digit> 03:04:05,678 <digit> INFO prod odoo.http: <word>\n2026-02-02 03:04:06,001 1 ERROR prod odoo.sql: <word>\n2026-02-02 03:04:07,100 1 INFO prod <word>: y",
    ),
    (
        "raw_log",
        "db-1  | 2026-02-02 03:04:05.678 UTC [<digit 3>] LOG:  <word>\ndb-1  | 2026-02-02 03:04:05.679 UTC [1] LOG:  <word>\ndb-1  | 2026-02-02 03:04:06.000 UTC [1] FATAL:  no",
    ),
    (
        "raw_log",
        "10.0.0.<digit> - - [02/Feb/2026:03:04:05 +0000] \"GET /web HTTP/1.1\" 200 <digit 4>\n10.0.0.2 - - [02/Feb/2026:03:04:06 +0000] \"GET / HTTP/1.1\" 502 0\n10.0.0.3 - - [02/Feb/2026:03:04:07 +0000] \"POST /web HTTP/1.1\" 200 1",
    ),
    (
        "raw_log",
        "{\"time\":\"2026-02-02T03:04:05Z\",\"level\":\"INFO\",\"msg\":\"<word>\"}\n{\"time\":\"2026-02-02T03:04:06Z\",\"level\":\"WARN\",\"msg\":\"<word>\"}\n{\"time\":\"2026-02-02T03:04:07Z\",\"level\":\"ERROR\",\"msg\":\"<word>\"}",
    ),
    (
        "raw_log",
        "time=2026-02-02T03:04:05Z level=info msg=<word>\ntime=2026-02-02T03:04:06Z level=warn msg=<word>\ntime=2026-02-02T03:04:07Z level=error msg=<word>",
    ),
    (
        "raw_log",
        "I0202 03:04:05.678901 1 <word>.go:12] a\nI0202 03:04:06.678901 1 <word>.go:12] b\nE0202 03:04:07.678901 1 <word>.go:9] c",
    ),
    (
        "journal",
        "Feb 02 03:04:05 web-<digit> systemd[1]: Started <word>.\nFeb 02 03:04:06 web-1 odoo[812]: up\nFeb 02 03:04:07 web-1 kernel: <word>",
    ),
    ("journal", "-- Journal begins at Mon 2026-02-02 03:04:0<digit> UTC. --\n"),
    (
        "journal",
        "2026-02-02T03:04:05+0800 web-<digit> systemd[1]: Started <word>.\n2026-02-02T03:04:06+0800 web-1 odoo[812]: up\n2026-02-02T03:04:07+0800 web-1 sshd[9]: <word>",
    ),
    ("compose_file", "services:\n  <word>:\n    image: odoo:18\n    ports:\n      - 8069:<digit 4>\n"),
    ("systemd_unit", "[Unit]\nDescription=<word>\n[Service]\nExecStart=/usr/bin/<word>\n"),
    ("host_config", "[options]\ndb_host = <word>\ndb_port = <digit 4>\nworkers = 4\n"),
    ("container_inspect", "    \"Env\": [\n        \"A=<word>\"\n    ],"),
    ("container_listing", "CONTAINER ID   IMAGE     COMMAND   CREATED\n<hex 12>   odoo:18   \"/entry\"  2h"),
    ("env_dump", "db_host=<word>\ndb_port=<digit 4>\ndb_user=odoo\ndb_name=prod"),
    ("env_dump", "http_proxy=http://proxy:3128\nPath=C:\\Windows\nComSpec=C:\\Windows\\cmd.exe\nTEMP=C:\\Temp"),
    ("env_dump", "spring.datasource.url=jdbc:postgresql://<word>/prod\nserver.port=<digit 4>\nlogging.level.root=INFO"),
    ("env_dump", "      - DB_HOST=<word>\n      - DB_PORT=<digit 4>\n      - DB_USER=odoo"),
    ("raw_log", "03:04:05 ERROR <word> failed\n03:04:06 INFO <word> started\n03:04:07 ERROR <word> failed again"),
    (
        "raw_log",
        "03:04:05.123 [main] c.e.Web - <word>\n03:04:05.200 [main] c.e.Web - <word>\n03:04:06.001 [main] c.e.Db - up",
    ),
    ("raw_log", "[03:04:05] WARN: <word>\n[03:04:06] INFO: <word>\n[03:04:07] ERROR: <word>"),
    ("raw_log", "[ERROR] <word> failed\n[INFO] retry <digit>\n[ERROR] <word> failed again\n[WARN] giving up"),
    ("raw_log", "ERROR: relation \"<word>\" does not exist\nSTATEMENT: select 1\nLOG: checkpoint starting"),
    ("raw_log", "WARNING:odoo.sql_db:<word>\nINFO:odoo.http:<word>\nERROR:odoo.modules:<word>"),
    ("raw_log", "INFO  | <word> ready\nINFO  | listening on <digit 4>\nERROR | <word>"),
    ("raw_log", "[    1.234567] usb 1-1: <word>\n[    2.345678] eth0: link up\n[12345.678901] Out of memory: <word>"),
    (
        "raw_log",
        "2026/02/02 03:04:05 [error] 12#12: *1 <word>\n2026/02/02 03:04:06 [warn] 12#12: *2 <word>\n2026/02/02 03:04:07 [error] 12#12: *3 x",
    ),
    (
        "raw_log",
        "[Mon Feb 02 03:04:05.123456 2026] [core:error] [pid <digit 3>] <word>\n[Mon Feb 02 03:04:06.123456 2026] [core:error] [pid 1] <word>\n[Mon Feb 02 03:04:07.123456 2026] [ssl:warn] [pid 1] x",
    ),
    (
        "raw_log",
        "1:M 02 Feb 2026 03:04:05.678 * Ready to accept connections\n1:M 02 Feb 2026 03:04:06.678 # <word>\n1:M 02 Feb 2026 03:04:07.678 * <word>",
    ),
    (
        "raw_log",
        "02-Feb-2026 03:04:05.678 INFO [main] org.apache.<word>\n02-Feb-2026 03:04:06.678 WARN [main] org.apache.<word>\n02-Feb-2026 03:04:07.678 INFO [main] x",
    ),
    (
        "raw_log",
        "{\"log\":\"<word>\\n\",\"stream\":\"stderr\",\"time\":\"2026-02-02T03:04:05Z\"}\n{\"log\":\"<word>\\n\",\"stream\":\"stdout\",\"time\":\"2026-02-02T03:04:06Z\"}\n{\"log\":\"x\\n\",\"stream\":\"stderr\",\"time\":\"2026-02-02T03:04:07Z\"}",
    ),
    (
        "raw_log",
        "{\"msg\":\"<word>\",\"level\":\"info\",\"ts\":1738465445.1}\n{\"msg\":\"<word>\",\"level\":\"warn\",\"ts\":1738465446.1}\n{\"msg\":\"x\",\"level\":\"error\",\"ts\":1738465447.1}",
    ),
    (
        "raw_log",
        "> 2026-02-02 03:04:05,678 1 INFO prod odoo.http: <word>\n> 2026-02-02 03:04:06,001 1 ERROR prod odoo.sql: <word>\n> 2026-02-02 03:04:07,100 1 INFO prod <word>: y",
    ),
    (
        "journal",
        "{\"__CURSOR\":\"s=<hex 32>;i=1\",\"__REALTIME_TIMESTAMP\":\"1738465445123456\",\"_HOSTNAME\":\"web-<digit>\",\"MESSAGE\":\"<word>\"}",
    ),
    ("journal", "{\"_HOSTNAME\":\"web-<digit>\",\"MESSAGE\":\"<word>\",\"__REALTIME_TIMESTAMP\":\"1738465445123456\"}"),
    ("journal", "{\n\t\"__CURSOR\" : \"s=<hex 32>;i=1\",\n\t\"MESSAGE\" : \"<word>\"\n}"),
    ("journal", "__CURSOR=s=<hex 32>;i=1\n__REALTIME_TIMESTAMP=1738465445123456\nMESSAGE=<word>"),
    (
        "journal",
        "2026-02-02T03:04:05+08:00 web-1 odoo[<digit 3>]: <word>\n2026-02-02T03:04:06+08:00 web-1 sshd[9]: <word>\n2026-02-02T03:04:07+08:00 web-1 systemd[1]: x",
    ),
    (
        "journal",
        "1738465445.123456 web-1 odoo[<digit 3>]: <word>\n1738465446.123456 web-1 sshd[9]: <word>\n1738465447.123456 web-1 systemd[1]: x",
    ),
    (
        "journal",
        "Mon 2026-02-02 03:04:05 UTC web-1 odoo[<digit 3>]: <word>\nMon 2026-02-02 03:04:06 UTC web-1 sshd[9]: <word>\nMon 2026-02-02 03:04:07 UTC web-1 systemd[1]: x",
    ),
    (
        "journal",
        "<30>Feb  2 03:04:05 web-1 odoo[<digit 3>]: <word>\n<30>Feb  2 03:04:06 web-1 sshd[9]: <word>\n<30>Feb  2 03:04:07 web-1 systemd[1]: x",
    ),
    ("compose_file", "services:\n  <word>:\n    networks:\n      - back\n"),
    ("compose_file", "services:\n  <word>:\n    deploy:\n      replicas: <digit>\n"),
    ("compose_file", "networks:\n  back:\n    driver: bridge\nvolumes:\n  <word>:\n    external: true\n"),
    ("compose_file", "volumes:\n  <word>-data:\n    driver: local\n"),
    (
        "compose_file",
        "  <word>:\n    image: odoo:18\n    volumes:\n      - data:/var/lib/odoo\n    depends_on:\n      - db\n",
    ),
    ("compose_file", "    deploy:\n      resources:\n        limits:\n          memory: <digit>G\n"),
    (
        "container_inspect",
        "[\n    {\n        \"State\": {\n            \"Status\": \"running\",\n            \"Running\": true,\n            \"Pid\": <digit 4>\n        }\n    }\n]",
    ),
    (
        "container_inspect",
        "    \"Config\": {\n        \"Hostname\": \"<hex 12>\",\n        \"Tty\": false,\n        \"Image\": \"odoo:18\"\n    }",
    ),
    (
        "container_listing",
        "NAME         IMAGE      COMMAND                  SERVICE   CREATED        STATUS        PORTS\n<word>-web-1   odoo:18    \"/entrypoint.sh odoo\"   web       2 hours ago    Up 2 hours    0.0.0.0:8069->8069/tcp",
    ),
    (
        "container_listing",
        "    Name                   Command               State           Ports\n---------------------------------------------------\n<word>_web_1   /entrypoint.sh odoo   Up      0.0.0.0:8069->8069/tcp",
    ),
    (
        "container_listing",
        "CONTAINER ID IMAGE COMMAND CREATED STATUS PORTS NAMES\n<hex 12> odoo:18 \"/entrypoint.sh odoo\" 2 hours ago Up 2 hours 8069/tcp web",
    ),
    (
        "container_listing",
        "<hex 12>   odoo:18       \"/entrypoint.sh\"   2 hours ago   Up 2 hours   web\n<hex 12>   postgres:16   \"docker-entry\"     2 hours ago   Up 2 hours   db\n<hex 12>   redis:7       \"docker-entry\"     2 hours ago   Up 2 hours   cache",
    ),
    (
        "container_listing",
        "NAME                    READY   STATUS             RESTARTS      AGE\nodoo-<lowdig 9>-<lower 5>   0/1     CrashLoopBackOff   <digit> (2m ago)    1h",
    ),
    (
        "container_listing",
        "NAMESPACE   NAME   TYPE        CLUSTER-IP    EXTERNAL-IP   PORT(S)    AGE\nprod        <word>   ClusterIP   10.0.0.<digit>      <none>        8069/TCP   3d",
    ),
    (
        "container_listing",
        "odoo-<lowdig 9>-<lower 5>   1/1   Running   0   3d\ndb-0   1/1   Running   <digit>   3d\ncache-0   0/1   Pending   0   1m",
    ),
    (
        "container_listing",
        "REPOSITORY   TAG   IMAGE ID       CREATED       SIZE\nodoo         18    <hex 12>   2 weeks ago   2.1GB",
    ),
    (
        "kubernetes_object",
        "Name:             odoo-<lowdig 9>\nNamespace:        prod\nPriority:         0\nNode:             ip-10-0-<digit 2>-7\nLabels:           app=odoo",
    ),
    ("kubernetes_object", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: <word>\n"),
    (
        "kubernetes_object",
        "{\n    \"apiVersion\": \"v1\",\n    \"kind\": \"Pod\",\n    \"metadata\": {\n        \"name\": \"<word>\"\n    }\n}",
    ),
    (
        "service_status",
        "● <word>.service - Odoo\n     Loaded: loaded (/etc/systemd/system/<word>.service; enabled)\n     Active: active (running) since Mon 2026-02-02 03:04:05 UTC; 2h ago\n   Main PID: <digit 3> (odoo)",
    ),
    (
        "service_status",
        "  UNIT            LOAD   ACTIVE SUB     DESCRIPTION\n  <word>.service  loaded active running Odoo",
    ),
    (
        "service_status",
        "<word>.service   loaded active   running Odoo\n<word>.timer   loaded active   waiting Backup\n<word>.socket  loaded inactive dead    Docker",
    ),
    (
        "host_config",
        "server {\n    listen 443 ssl;\n    server_name <word>.example;\n    location / {\n        proxy_pass http://web:8069;\n    }\n}",
    ),
    ("host_config", "upstream odoo {\n    server web-1:8069;\n    server web-<digit>:8069;\n    keepalive 16;\n}"),
    (
        "host_config",
        "<VirtualHost *:443>\n    ServerName <word>.example\n    ProxyPass / http://web:8069/\n</VirtualHost>",
    ),
    (
        "host_config",
        "frontend www\n    bind *:443\n    default_backend odoo\nbackend odoo\n    balance roundrobin\n    server web1 10.0.0.<digit>:8069 check",
    ),
    ("host_config", "bind 127.0.0.1\nport 6379\nmaxmemory <digit>gb\nappendonly yes"),
    (
        "host_config",
        "# - Memory -\nshared_buffers = <digit>GB\nwork_mem = 64MB   # min 64kB\n#max_wal_size = 1GB\nlisten_addresses = '*'",
    ),
    (
        "host_config",
        "local   all   postgres                peer\nhost    all   all   10.0.0.0/8        scram-sha-256\nhost    prod  odoo  172.16.0.<digit>/32   md5",
    ),
    ("host_config", "PermitRootLogin no\nPasswordAuthentication yes\nAllowUsers <word>"),
    (
        "host_config",
        "root:x:0:0:root:/root:/bin/bash\nodoo:x:101:101::/var/lib/odoo:/bin/sh\n<lower 5>:x:1000:1000::/home/x:/bin/bash",
    ),
    ("firewall_rules", "*filter\n:INPUT DROP [0:0]\n-A INPUT -p tcp -m tcp --dport <digit 4> -j ACCEPT\nCOMMIT"),
    ("firewall_rules", "-P INPUT ACCEPT\n-P FORWARD DROP\n-N DOCKER\n-A FORWARD -j DOCKER"),
    (
        "firewall_rules",
        "Chain INPUT (policy DROP)\ntarget     prot opt source               destination\nACCEPT     tcp  --  10.0.0.0/8           anywhere   tcp dpt:<digit 4>",
    ),
    (
        "firewall_rules",
        "table inet filter {\n  chain input {\n    type filter hook input priority 0; policy drop;\n    tcp dport <digit 4> accept\n  }\n}",
    ),
    (
        "socket_listing",
        "Netid  State   Recv-Q  Send-Q   Local Address:Port   Peer Address:Port\ntcp    LISTEN  0       128      0.0.0.0:<digit 4>         0.0.0.0:*",
    ),
    (
        "socket_listing",
        "Active Internet connections (only servers)\nProto Recv-Q Send-Q Local Address           Foreign Address         State\ntcp        0      0 0.0.0.0:<digit 4>            0.0.0.0:*               LISTEN",
    ),
    (
        "socket_listing",
        "tcp   LISTEN 0      128    0.0.0.0:22        0.0.0.0:*\ntcp   LISTEN 0      511    0.0.0.0:<digit 4>        0.0.0.0:*\nudp   UNCONN 0      0      127.0.0.53%lo:53     0.0.0.0:*",
    ),
    (
        "process_listing",
        "USER       PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\nodoo       <digit 3>  2.0  4.1 812340 99120 ?        Ssl  03:04   1:23 python3 /usr/bin/odoo",
    ),
    ("process_listing", "  PID TTY          TIME CMD\n  <digit 3> ?        00:00:01 odoo"),
    (
        "crontab",
        "# m h dom mon dow command\n0 3 * * * /usr/local/bin/backup <word>\n*/5 * * * * curl -s http://<word>/ping\n@daily /usr/bin/certbot renew",
    ),
    (
        "stack_trace",
        "Traceback (most recent call last):\n  File \"/opt/odoo/<word>.py\", line <digit 3>, in write\n    return super().write(vals)\n  File \"/opt/odoo/sql_db.py\", line 12, in execute\npsycopg2.OperationalError: <word>",
    ),
    (
        "stack_trace",
        "java.lang.IllegalStateException: <word>\n\tat com.example.<word>.Web.start(Web.java:<digit 2>)\n\tat com.example.Main.main(Main.java:9)\nCaused by: java.net.ConnectException: refused\n\t... 12 more",
    ),
    (
        "stack_trace",
        "panic: runtime error: index out of range\n\ngoroutine 1 [running]:\nmain.<word>(...)\n\t/srv/<word>/main.go:<digit 2> +0x1d\nmain.main()\n\t/srv/main.go:9 +0x65",
    ),
    (
        "stack_trace",
        "Error: <word>\n    at Object.<anonymous> (/app/<word>.js:<digit 2>:7)\n    at async handle (/app/server.js:1:22)\n    at node:internal/main/run_main_module:23:47",
    ),
    ("stack_trace", "#0 /srv/<word>.php(<digit 2>): load()\n#1 /srv/index.php(3): run()\n#2 {main}"),
];
