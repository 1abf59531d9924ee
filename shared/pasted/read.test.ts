// biome-ignore-all lint/suspicious/noTemplateCurlyInString: pasted text holds variables of other programs
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { newBackendsSchema } from '../api/bodies.ts'
import { type PasteOptions, readPasted } from './read.ts'

/** One line of words for each entry: its line, then the server, `✗` and a fault, or `–` and what is left out. */
function words(text: string, options?: PasteOptions): string[] {
  return readPasted(text, options).map((entry) => {
    const at = `${entry.line}: `
    if (entry.kind === 'fault') return `${at}✗ ${entry.fault}`
    if (entry.kind === 'left-out') return `${at}– ${entry.text} (${entry.reason})`
    if (entry.kind === 'port') return `${at}${entry.id ? `${entry.id} = ` : ''}${entry.host} :port?`
    const { id, address, weight, backup, maxConnections, adminState } = entry.backend
    const parts = [
      id && `${id} =`,
      address,
      weight !== undefined && `weight ${weight}`,
      backup && 'backup',
      maxConnections && `max ${maxConnections}`,
      adminState,
      ...entry.notes.map((note) => `(${note})`),
    ]
    return at + parts.filter(Boolean).join(' ')
  })
}

const tables: Record<string, [string, string[]][]> = {
  addresses: [
    ['10.0.0.5:3000', ['1: 10.0.0.5:3000']],
    ['app.internal:80', ['1: app.internal:80']],
    ['app.internal:80,', ['1: app.internal:80']],
    ['[::1]:8080', ['1: [::1]:8080']],
    ['localhost:9103', ['1: localhost:9103']],
    ['  10.0.0.1:8080  ', ['1: 10.0.0.1:8080']],
    ['10.0.0.1:8080 # web', ['1: 10.0.0.1:8080']],
    ['# 10.0.0.1:8080', []],
    ['', []],
    ['   ', []],
    ['10.0.0.1', ['1: 10.0.0.1 :port?']],
    ['web1.internal', ['1: web1.internal :port?']],
    ['127.0.0.1:99999', ['1: ✗ "99999" is too large for a port; write a number of 1 to 65535']],
    ['127.0.0.1:0', ['1: ✗ port 0 leads nowhere; write a number of 1 to 65535']],
    ['127.0.0.1:http', ['1: ✗ "http" is not a port; write a number of 1 to 65535']],
    ['10.0.0.256:80', ['1: ✗ "10.0.0.256" is not an IPv4 address; write four numbers of 0 to 255, such as 10.0.0.5']],
    ['010.0.0.1:80', ['1: ✗ "010.0.0.1" has leading zeros, which some programs read as octal numbers; write 10.0.0.1']],
    ['[1:2]:80', ['1: ✗ "[1:2]" is not an IPv6 address; write one in brackets, such as [2001:db8::1]']],
    [
      '[10.10.188:80]:80',
      ['1: ✗ "[10.10.188:80]" is not an IPv6 address; write one in brackets, such as [2001:db8::1]'],
    ],
    [
      '::1:9104',
      ['1: ✗ an IPv6 address stands in brackets; write [::1]:9104 (port 9104), or [::1:9104]:80 for port 80'],
    ],
    ['::1', ['1: ::1 :port?']],
    ['2001:db8::1', ['1: 2001:db8::1 :port?']],
    [
      '2001:db8::1:8080',
      [
        '1: ✗ an IPv6 address stands in brackets; write [2001:db8::1]:8080 (port 8080), or [2001:db8::1:8080]:80 for port 80',
      ],
    ],
    ['[2001:db8::1]', ['1: 2001:db8::1 :port?']],
    ['[fe80::1%eth0]:80', ['1: ✗ "[fe80::1%eth0]" names a zone, which is not taken; write the address without "%…"']],
    ['0.0.0.0:80', ['1: ✗ "0.0.0.0:80" is an address to listen on; write one to connect to, such as 127.0.0.1:80']],
    ['[::]:80', ['1: ✗ "[::]:80" is an address to listen on; write one to connect to, such as 127.0.0.1:80']],
    [':3000', ['1: ✗ the host is missing; write 127.0.0.1:3000']],
    ['3000', ['1: ✗ "3000" is only a port; write 127.0.0.1:3000']],
    ['münchen.example:80', ['1: ✗ "münchen.example" has letters outside ASCII; write xn--mnchen-3ya.example']],
    ['10.0.0.1:8000-8003', ['1: ✗ "8000-8003" is not a port; write a number of 1 to 65535']],
  ],
  'plain lists': [
    ['- 10.0.0.1:8080', ['1: 10.0.0.1:8080']],
    ['* 10.0.0.1:8080', ['1: 10.0.0.1:8080']],
    ['1. 10.0.0.1:8080', ['1: 10.0.0.1:8080']],
    ['2) 10.0.0.1:8080', ['1: 10.0.0.1:8080']],
    ['"10.0.0.1:8080",', ['1: 10.0.0.1:8080']],
    ["'10.0.0.1:8080'", ['1: 10.0.0.1:8080']],
    ['- "10.0.0.1:8080"', ['1: 10.0.0.1:8080']],
    ['10.0.0.1:80, 10.0.0.2:80', ['1: 10.0.0.1:80', '1: 10.0.0.2:80']],
    ['10.0.0.1:80,10.0.0.2:80', ['1: 10.0.0.1:80', '1: 10.0.0.2:80']],
    ['["10.0.0.1:80", "[::1]:81"]', ['1: 10.0.0.1:80', '1: [::1]:81']],
    ['[\n  "10.0.0.1:80",\n  "10.0.0.2:80"\n]', ['2: 10.0.0.1:80', '3: 10.0.0.2:80']],
    ['10.0.0.1:80 10.0.0.2:80', ['1: 10.0.0.1:80', '1: 10.0.0.2:80']],
    ['10.0.0.1:80; 10.0.0.2:80;', ['1: 10.0.0.1:80', '1: 10.0.0.2:80']],
    ['a, b', ['1: a :port?', '1: b :port?']],
    ['- url: "http://10.0.0.1:80/"', ['1: 10.0.0.1:80']],
    ['"address": "10.0.0.1:80",', ['1: 10.0.0.1:80']],
    ['web1 10.0.0.1:80', ['1: web1 = 10.0.0.1:80']],
    ['web1: 10.0.0.1:80', ['1: web1 = 10.0.0.1:80']],
    ['10.0.0.1 web1', ['1: ✗ "web1" is not understood; write one address per line, such as 10.0.0.5:3000']],
    ['10.0.0.1:80 weight=3', ['1: 10.0.0.1:80 weight 3']],
    ['10.0.0.1:80   weight   10', ['1: 10.0.0.1:80 weight 10']],
    ['web1   10.0.0.1:80   weight   10', ['1: web1 = 10.0.0.1:80 weight 10']],
    ['10.0.0.1:80 fast', ['1: ✗ "fast" is not understood; write one address per line, such as 10.0.0.5:3000']],
    ['hello brave new world', ['1: ✗ "brave" is not understood; write one address per line, such as 10.0.0.5:3000']],
    ['10.0.0.1:80\n10.0.0.1:80', ['1: 10.0.0.1:80', '2: ✗ "10.0.0.1:80" stands on line 1 already; leave one out']],
    ['10.0.0.1:80 10.0.0.1:80', ['1: 10.0.0.1:80', '1: ✗ "10.0.0.1:80" stands twice on this line; leave one out']],
    [
      'WEB.internal:80\nweb.internal:80',
      ['1: WEB.internal:80', '2: ✗ "web.internal:80" stands on line 1 already; leave one out'],
    ],
    ['${WEB1}:80', ['1: ✗ "${WEB1}:80" holds a variable; write its value']],
    ['$WEB1:80', ['1: ✗ "$WEB1:80" holds a variable; write its value']],
    ['{{ web }}:80', ['1: ✗ "{{ web }}:80" holds a variable; write its value']],
    ['<ip>:80', ['1: ✗ "<ip>:80" holds a variable; write its value']],
    [
      '/run/app.sock',
      ['1: ✗ "/run/app.sock" is not reached by TCP; let the server listen on host:port and write that'],
    ],
    [
      'unix:/run/app.sock',
      ['1: ✗ "unix:/run/app.sock" is not reached by TCP; let the server listen on host:port and write that'],
    ],
    [
      'user@10.0.0.1:80',
      ['1: ✗ "user@10.0.0.1" is not a host name; write letters, digits, "-" and ".", or an IP address'],
    ],
    ['a_b.internal:80', ['1: a_b.internal:80']],
    ['-a:80', ['1: ✗ "-a" is not a host name; write letters, digits, "-" and ".", or an IP address']],
    ['a..b:80', ['1: ✗ "a..b" is not a host name; write letters, digits, "-" and ".", or an IP address']],
  ],
  URLs: [
    ['http://10.0.0.5:3000', ['1: 10.0.0.5:3000']],
    ['http://app.internal', ['1: app.internal:80']],
    ['http://127.0.0.1:9103/api/', ['1: 127.0.0.1:9103 ("/api/" is left out: a backend has no path)']],
    ['http://127.0.0.1:9103/', ['1: 127.0.0.1:9103']],
    [
      'https://example.com',
      ['1: ✗ "https://" is TLS, but backends are spoken to in plain HTTP; write http:// or host:port'],
    ],
    ['ws://10.0.0.1:80', ['1: 10.0.0.1:80']],
    ['wss://10.0.0.1', ['1: ✗ "wss://" is TLS, but backends are spoken to in plain HTTP; write http:// or host:port']],
    ['tcp://10.0.0.1:80', ['1: ✗ "tcp://" is not spoken to backends; write http:// or host:port']],
    ['ftp://10.0.0.1', ['1: ✗ "ftp://" is not spoken to backends; write http:// or host:port']],
    [
      'http://user:pw@10.0.0.1:80',
      ['1: ✗ "http://user:pw@10.0.0.1:80" holds a name and password; write host:port without them'],
    ],
    ['http://[::1]:80/x?y', ['1: [::1]:80 ("/x?y" is left out: a backend has no path)']],
    ['http://10.0.0.1:99999', ['1: ✗ "99999" is too large for a port; write a number of 1 to 65535']],
    ['http://', ['1: ✗ "http://" names no host; write http://host:port']],
    ['h2c://10.0.0.1:80', ['1: ✗ "h2c://" is not spoken to backends; write http:// or host:port']],
  ],
  'server lines of nginx': [
    ['server 10.0.0.1:8080;', ['1: 10.0.0.1:8080']],
    ['server 10.0.0.1;', ['1: 10.0.0.1:80']],
    ['server app.example.com;', ['1: app.example.com:80']],
    ['server [::1];', ['1: [::1]:80']],
    ['server ::1;', ['1: [::1]:80']],
    ['server 10.0.0.1:8080 weight=3 max_fails=2;', ['1: 10.0.0.1:8080 weight 3 (left out: max_fails=2)']],
    [
      'server 127.0.0.1:9101 weight=3 max_fails=3 fail_timeout=30s;',
      ['1: 127.0.0.1:9101 weight 3 (left out: max_fails=3, fail_timeout=30s)'],
    ],
    ['server 192.168.1.103 max_fails=3 down;', ['1: 192.168.1.103:80 disabled (left out: max_fails=3)']],
    ['server backup:5000 max_fails=3;', ['1: backup:5000 (left out: max_fails=3)']],
    ['server backup;', ['1: backup:80']],
    ['server 10.0.0.1 backup;', ['1: 10.0.0.1:80 backup']],
    ['server web1 backup', ['1: web1:80 backup']],
    ['server 10.0.0.1:80 max_conns=100;', ['1: 10.0.0.1:80 max 100']],
    ['server 10.0.0.1:80 weight=0;', ['1: ✗ "weight=0" is refused by nginx; write weight=1 or more, or down']],
    [
      'server 10.0.0.1:80 weight=1000;',
      ['1: 10.0.0.1:80 weight 256 (weight 1000 is scaled to 256: weights end at 256)'],
    ],
    ['server 10.0.0.1:80 weight=abc;', ['1: ✗ "weight=abc" is not understood; write a whole number of 0 to 1000000']],
    ['server 10.0.0.1:80 wieght=3;', ['1: ✗ "wieght=3" is not understood; did you mean "weight=3"?']],
    ['server 10.0.0.1:80 bakcup;', ['1: ✗ "bakcup" is not understood; did you mean "backup"?']],
    ['server 10.0.0.1:80 weight = 3;', ['1: ✗ "weight" has no value; write weight=… without spaces']],
    ['server 10.0.0.1:80 resolve;', ['1: 10.0.0.1:80']],
    [
      'server app.internal service=http resolve;',
      ['1: ✗ "service=http" asks a name server for ports (SRV); write host:port'],
    ],
    ['server 10.0.0.1:80 drain;', ['1: 10.0.0.1:80 draining']],
    [
      'server unix:/tmp/backend3;',
      ['1: ✗ "unix:/tmp/backend3" is not reached by TCP; let the server listen on host:port and write that'],
    ],
    ['server $backend:80;', ['1: ✗ "$backend:80" holds a variable; write its value']],
    ['server 10.0.0.1:80 slow_start=30s route=a;', ['1: 10.0.0.1:80 (left out: slow_start=30s, route=a)']],
    ['server "10.0.0.1:80" weight=2;', ['1: 10.0.0.1:80 weight 2']],
    ['server 10.0.0.1:80', ['1: 10.0.0.1:80']],
    ['server', ['1: ✗ this line names no address; write server host:port;']],
    ['server;', ['1: ✗ this line names no address; write server host:port;']],
    ['server http://10.0.0.1;', ['1: 10.0.0.1:80']],
    ['server 10.0.0.1:80; # first', ['1: 10.0.0.1:80']],
    ['# server 10.0.0.1:80;', []],
    ['server a:80; server b:80;', ['1: a:80', '1: b:80']],
    ['server 10.0.0.1:80 backup down weight=2;', ['1: 10.0.0.1:80 weight 2 backup disabled']],
    [
      'server 10.0.0.1:80 max_conns=-1;',
      ['1: ✗ "max_conns=-1" is not understood; write a whole number of 0 to 1000000'],
    ],
    ['least_conn;', ['1: – least_conn; (a strategy is chosen in the settings of the pool)']],
  ],
  'server lines of HAProxy': [
    ['server web1 192.168.0.4:80 check weight 5', ['1: web1 = 192.168.0.4:80 weight 5']],
    [
      'server php1 127.0.0.1:9102 check inter 2s fall 3 weight 20',
      ['1: php1 = 127.0.0.1:9102 weight 20 (left out: inter 2s, fall 3)'],
    ],
    ['server db-backup 10.0.0.5:80 check', ['1: db-backup = 10.0.0.5:80']],
    ['server app1 app1.internal check', ['1: app1 = app1.internal :port?']],
    [
      'server s /run/app.sock',
      ['1: ✗ "/run/app.sock" is not reached by TCP; let the server listen on host:port and write that'],
    ],
    [
      'server s unix@/run/app.sock',
      ['1: ✗ "unix@/run/app.sock" is not reached by TCP; let the server listen on host:port and write that'],
    ],
    ['server s "${WEB1}:80"', ['1: ✗ "${WEB1}:80" holds a variable; write its value']],
    ['server s ipv4@10.0.0.1:80', ['1: s = 10.0.0.1:80']],
    ['server s ipv6@2001:db8::1:8080', ['1: s = [2001:db8::1]:8080']],
    ['server s tcp@app.internal:80', ['1: s = app.internal:80']],
    ['server s udp@10.0.0.1:53', ['1: ✗ "udp@" is not reached by HTTP over TCP; write host:port']],
    ['server s 2001:db8::1:8080', ['1: s = [2001:db8::1]:8080']],
    ['server s ::1', ['1: ✗ an IPv6 address stands in brackets; write [::1]:80']],
    ['server s [::1]:80', ['1: s = [::1]:80']],
    ['server s [::1]', ['1: s = ::1 :port?']],
    ['server s *:80', ['1: ✗ "*:80" is the address that the client asked for; write the address of the server']],
    ['server s :80', ['1: ✗ ":80" is the address that the client asked for; write the address of the server']],
    [
      'server s 0.0.0.0:80',
      ['1: ✗ "0.0.0.0:80" is an address to listen on; write one to connect to, such as 127.0.0.1:80'],
    ],
    ['server s 10.0.0.1:+1000', ['1: ✗ ":+1000" counts from the port of the client; write the port of the server']],
    ['server s 10.0.0.1: check', ['1: s = 10.0.0.1 :port?']],
    ['server s 10.0.0.1:80 disabled', ['1: s = 10.0.0.1:80 disabled']],
    ['server s 10.0.0.1:80 backup', ['1: s = 10.0.0.1:80 backup']],
    ['server s 10.0.0.1:80 cookie backup', ['1: s = 10.0.0.1:80 (left out: cookie backup)']],
    ['server s 10.0.0.1:80 maxconn 200 check', ['1: s = 10.0.0.1:80 max 200']],
    ['server s 10.0.0.1:80 weight   10', ['1: s = 10.0.0.1:80 weight 10']],
    ['server s 10.0.0.1:80 weight 0', ['1: s = 10.0.0.1:80 weight 0']],
    ['server s 10.0.0.1:80 weight', ['1: ✗ "weight" has no value; write one after it']],
    [
      'server s 10.0.0.1:443 ssl verify none',
      ['1: ✗ "ssl": backends are spoken to in plain HTTP; give the server a port without TLS and leave it out'],
    ],
    [
      'server s 10.0.0.1:80 send-proxy',
      ['1: ✗ "send-proxy": the PROXY protocol is not spoken to backends; switch it off there and leave it out'],
    ],
    [
      'server s 10.0.0.1:80 send-proxy-v2 check',
      ['1: ✗ "send-proxy-v2": the PROXY protocol is not spoken to backends; switch it off there and leave it out'],
    ],
    [
      'server s 10.0.0.1:80 proto h2',
      ['1: ✗ "proto": backends are spoken to in HTTP/1.1; leave it out if the server speaks that too'],
    ],
    ['server s 10.0.0.1:80 chekc', ['1: ✗ "chekc" is not understood; did you mean "check"?']],
    ['server s 10.0.0.1:80 frobnicate', ['1: ✗ "frobnicate" is not understood; leave it out']],
    ['server s 10.0.0.1:80 check port 8081 rise 2', ['1: s = 10.0.0.1:80 (left out: port 8081, rise 2)']],
    ['server s 10.0.0.1:80 redir http://b', ['1: ✗ "redir": redirects are not made for a backend; leave it out']],
    ['server s 10.0.0.1:80 enabled no-check', ['1: s = 10.0.0.1:80 (left out: no-check)']],
    ['server w:1 10.0.0.1:80', ['1: 10.0.0.1:80 ("w:1" cannot be a name here; the pool gives it one)']],
    [
      'server a 10.0.0.1:80\nserver a 10.0.0.2:80',
      ['1: a = 10.0.0.1:80', '2: 10.0.0.2:80 (the name "a" is taken; the pool gives it another)'],
    ],
    [
      'server-template web 1-5 app.internal:80',
      ['1: ✗ "server-template" stands for several servers; write one server line for each'],
    ],
    ['server web1 10.0.0.1:80 check;', ['1: web1 = 10.0.0.1:80']],
    ['server 10.0.0.1 10.0.0.2:80', ['1: 10.0.0.1 = 10.0.0.2:80']],
    [
      'server s 010.0.0.1:80',
      ['1: ✗ "010.0.0.1" has leading zeros, which some programs read as octal numbers; write 10.0.0.1'],
    ],
    ['server s 10.0.0.1:99999', ['1: ✗ "99999" is too large for a port; write a number of 1 to 65535']],
  ],
  Caddy: [
    ['reverse_proxy 10.0.0.1:8080', ['1: 10.0.0.1:8080']],
    ['reverse_proxy app1:8080 app2:8080', ['1: app1:8080', '1: app2:8080']],
    ['reverse_proxy /api/* app1:8080', ['1: app1:8080']],
    ['reverse_proxy @web app1', ['1: app1:80']],
    ['reverse_proxy * app1:80', ['1: app1:80']],
    ['reverse_proxy :9000', ['1: localhost:9000']],
    [
      'reverse_proxy http://app1 https://app2',
      ['1: app1:80', '1: ✗ "https://" is TLS, but backends are spoken to in plain HTTP; write http:// or host:port'],
    ],
    [
      'reverse_proxy unix//run/app.sock',
      ['1: ✗ "unix//run/app.sock" is not reached by TCP; let the server listen on host:port and write that'],
    ],
    ['reverse_proxy {$WEB}:80', ['1: ✗ "{$WEB}:80" holds a variable; write its value']],
    ['reverse_proxy {env.WEB}:80', ['1: ✗ "{env.WEB}:80" holds a variable; write its value']],
    ['reverse_proxy app:8001-8003', ['1: ✗ "app:8001-8003" is a range of ports; write one address for each']],
    ['reverse_proxy h2c://app:80', ['1: ✗ "h2c://" is not spoken to backends; write http:// or host:port']],
    ['reverse_proxy srv+http://app', ['1: ✗ "srv+http://app" asks a name server for ports (SRV); write host:port']],
    ['reverse_proxy ::1', ['1: [::1]:80']],
    ['reverse_proxy', []],
  ],
  'whole blocks of nginx, HAProxy and Caddy': [
    [
      'upstream app {\n    least_conn;\n    server 10.0.0.1:80 weight=5;\n    server 10.0.0.2:80\n        weight=2\n        backup;\n    keepalive 32;\n}',
      [
        '1: – upstream app { (names no server)',
        '2: – least_conn (a strategy is chosen in the settings of the pool)',
        '3: 10.0.0.1:80 weight 5',
        '4: 10.0.0.2:80 weight 2 backup',
        '7: – keepalive 32 (names no server)',
      ],
    ],
    [
      'upstream app\n{\n  server a:80;\n}\n10.0.0.9:80',
      ['1: – upstream app { (names no server)', '3: a:80', '5: 10.0.0.9:80'],
    ],
    ['upstream app { server a:80; server b; }', ['1: – upstream app { (names no server)', '1: a:80', '1: b:80']],
    ['upstream app {\n server a:80\n server b:80;\n}', ['1: – upstream app { (names no server)', '2: a:80', '3: b:80']],
    [
      'http {\n  upstream a { server 10.0.0.1; }\n  server {\n    listen 80;\n    location / { proxy_pass http://a; }\n  }\n}',
      [
        '1: – http { (names no server)',
        '2: – upstream a { (names no server)',
        '2: 10.0.0.1:80',
        '3: – server { (names no server)',
        '4: – listen 80 (names no server)',
        '5: – location / { (names no server)',
        '5: – proxy_pass http://a (names no server but a group of servers)',
      ],
    ],
    ['upstream app {\n server 10.0.0.1:80;\n', ['1: – upstream app { (names no server)', '2: 10.0.0.1:80']],
    [
      'backend app\n    balance roundrobin\n    option httpchk GET /health\n    default-server inter 3s weight 7 maxconn 50\n    server web1 10.0.0.1:80 check\n    server web2 10.0.0.2:80 check backup weight 3\n    server-template x 3 y:80\n\n10.0.0.9:80',
      [
        '1: – backend app (names no server)',
        '2: – balance roundrobin (a strategy is chosen in the settings of the pool)',
        '3: – option httpchk GET /health (names no server)',
        '5: web1 = 10.0.0.1:80 weight 7 max 50 (left out: inter 3s)',
        '6: web2 = 10.0.0.2:80 weight 3 backup max 50 (left out: inter 3s)',
        '7: ✗ "server-template" stands for several servers; write one server line for each',
        '9: 10.0.0.9:80',
      ],
    ],
    [
      'listen web\n  bind *:80\n  server a 10.0.0.1:80\nbackend b\n  server a 10.0.0.2:80',
      [
        '1: – listen web (names no server)',
        '2: – bind *:80 (names no server)',
        '3: a = 10.0.0.1:80',
        '4: – backend b (names no server)',
        '5: 10.0.0.2:80 (the name "a" is taken; the pool gives it another)',
      ],
    ],
    [
      'frontend f\n  bind :80\n  default_backend app',
      [
        '1: – frontend f (names no server)',
        '2: – bind :80 (names no server)',
        '3: – default_backend app (names no server)',
      ],
    ],
    [
      'backend app\n default-server ssl\n server a 10.0.0.1:443',
      [
        '1: – backend app (names no server)',
        '3: ✗ "ssl": backends are spoken to in plain HTTP; give the server a port without TLS and leave it out',
      ],
    ],
    [
      'example.com {\n\treverse_proxy /api/* {\n\t\tto 10.0.0.1:80 10.0.0.2:80\n\t\tlb_policy round_robin\n\t}\n\tencode gzip\n}',
      [
        '1: – example.com { (names no server)',
        '2: – reverse_proxy /api/* (names no server)',
        '3: 10.0.0.1:80',
        '3: 10.0.0.2:80',
        '4: – lb_policy round_robin (a strategy is chosen in the settings of the pool)',
        '6: – encode gzip (names no server)',
      ],
    ],
    [
      'example.com {\n\treverse_proxy app1:8080 app2:8080 {\n\t\thealth_uri /health\n\t}\n}',
      [
        '1: – example.com { (names no server)',
        '2: app1:8080',
        '2: app2:8080',
        '3: – health_uri /health (names no server)',
      ],
    ],
  ],
  'Compose services': [
    [
      'services:\n  web1:\n    image: nginx\n    ports:\n      - "8081:80"\n  web2:\n    image: nginx\n    ports: ["127.0.0.1:8082:80/tcp"]\n  api:\n    expose:\n      - "3000"\n  job:\n    image: job',
      [
        '1: – services: (names no server)',
        '2: web1 = web1:80 (inside the Compose network; from the host it is port 8081)',
        '3: – image: nginx (names no server)',
        '6: web2 = web2:80 (inside the Compose network; from the host it is port 8082)',
        '7: – image: nginx (names no server)',
        '9: api = api:3000',
        '12: job = job :port?',
        '13: – image: job (names no server)',
      ],
    ],
    [
      'version: "3.8"\nservices:\n  web:\n    build: .\n    ports:\n      - target: 80\n        published: 8080\nvolumes:\n  data:',
      [
        '1: – version: "3.8" (names no server)',
        '2: – services: (names no server)',
        '3: web = web:80 (inside the Compose network; from the host it is port 8080)',
        '4: – build: . (names no server)',
        '8: – volumes: (names no server)',
        '9: – data: (names no server)',
      ],
    ],
    [
      'web1:\n  image: a\n  ports:\n    - 80\nweb2:\n  image: b',
      [
        '1: web1 = web1:80',
        '2: – image: a (names no server)',
        '5: web2 = web2 :port?',
        '6: – image: b (names no server)',
      ],
    ],
    [
      '  web1:\n    ports:\n      - "53:53/udp"\n      - "9000:90"\n    environment:\n      - PORT=3',
      [
        '1: web1 = web1:90 (inside the Compose network; from the host it is port 9000)',
        '5: – environment: (names no server)',
        '6: – - PORT=3 (names no server)',
      ],
    ],
    ['web1:', ['1: – web1: (names no server)']],
  ],
  'weights and odd text': [
    [
      'server 10.0.0.1 weight=1000;\nserver 10.0.0.2 weight=500;\nserver 10.0.0.3;',
      [
        '1: 10.0.0.1:80 weight 256 (weight 1000 is scaled to 256: weights end at 256)',
        '2: 10.0.0.2:80 weight 128 (weight 500 is scaled to 128: weights end at 256)',
        '3: 10.0.0.3:80 weight 1 (weight 1 stays while others are scaled down, and its share is larger than before)',
      ],
    ],
    [
      'server a:80 weight=1000;\nserver b:80 weight=500;\nserver c:80 weight=500;',
      [
        '1: a:80 weight 256 (weight 1000 is scaled to 256: weights end at 256)',
        '2: b:80 weight 128 (weight 500 is scaled to 128: weights end at 256)',
        '3: c:80 weight 128 (weight 500 is scaled to 128: weights end at 256)',
      ],
    ],
    ['{"a": 1}', ['1: – a: 1 (names no server)']],
    ['10.0.0.1:80 }', ['1: 10.0.0.1:80']],
    ['}', []],
    ['{', []],
    ['a: b: c', ['1: ✗ "a:" is not understood; write one address per line, such as 10.0.0.5:3000']],
    ['<html>', ['1: ✗ "<html>" holds a variable; write its value']],
    ['SELECT * FROM x;', ['1: ✗ "*" is not understood; write one address per line, such as 10.0.0.5:3000']],
    ['[upstream]', ['1: ✗ brackets are for IPv6 addresses only; write upstream without them']],
    [
      '10.0.0.1:80|10.0.0.2:80',
      [
        '1: ✗ "10.0.0.1:80|10.0.0.2:80" has more than one ":"; write host:port, such as 10.0.0.5:3000, app.internal:80 or [::1]:8080',
      ],
    ],
    ['\ufeff10.0.0.1:80\r\n10.0.0.2:80', ['1: 10.0.0.1:80', '2: 10.0.0.2:80']],
    ['10.0.0.1\t10.0.0.2:80', ['1: 10.0.0.1 :port?', '1: 10.0.0.2:80']],
    [
      'servers:\n  - 10.0.0.1:80\n  - 10.0.0.2:80',
      ['1: – servers: (names no server)', '2: 10.0.0.1:80', '3: 10.0.0.2:80'],
    ],
    ['["10.0.0.1:80"]', ['1: 10.0.0.1:80']],
    ['[10.0.0.1:80]', ['1: 10.0.0.1:80']],
    [
      'default-server weight 3\nserver a 10.0.0.1:80\nserver b 10.0.0.2:80 weight 4',
      ['2: a = 10.0.0.1:80 weight 3', '3: b = 10.0.0.2:80 weight 4'],
    ],
    [
      'peers mine\n server a 10.0.0.1:1024\nbackend b\n server a 10.0.0.1:80',
      [
        '1: – peers mine (names no server)',
        '2: – server a 10.0.0.1:1024 (names no server)',
        '3: – backend b (names no server)',
        '4: a = 10.0.0.1:80',
      ],
    ],
    [
      'location / {\n proxy_pass http://127.0.0.1:3000/api/;\n}',
      ['1: – location / { (names no server)', '2: 127.0.0.1:3000 ("/api/" is left out: a backend has no path)'],
    ],
    [
      'location / { proxy_pass https://127.0.0.1:3000; }',
      [
        '1: – location / { (names no server)',
        '1: ✗ "https://" is TLS, but backends are spoken to in plain HTTP; write http:// or host:port',
      ],
    ],
    [
      '{\n  "address": "10.0.0.1:80",\n  "weight": 3\n}',
      [
        '2: ✗ objects of JSON are not read; write one address per line, such as 10.0.0.5:3000',
        '3: – weight: 3 (names no server)',
      ],
    ],
    [
      '[{"address": "10.0.0.1:80"}]',
      ['1: ✗ objects of JSON are not read; write one address per line, such as 10.0.0.5:3000'],
    ],
    [
      'server 10.0.0.1:80 weight=256;\nserver 10.0.0.2:80 weight=512;',
      [
        '1: 10.0.0.1:80 weight 128 (weight 256 is scaled to 128: weights end at 256)',
        '2: 10.0.0.2:80 weight 256 (weight 512 is scaled to 256: weights end at 256)',
      ],
    ],
    ['web1.internal:', ['1: ✗ the port is missing; write web1.internal:80']],
    ['10.0.0.1:', ['1: ✗ the port is missing; write 10.0.0.1:80']],
    [
      'server a:80 weight=70000;\nserver b:80 weight=3;',
      [
        '1: a:80 weight 256 (weight 70000 is scaled to 256: weights end at 256)',
        '2: b:80 weight 1 (weight 3 is scaled to 1: weights end at 256, and its share is larger than before)',
      ],
    ],
  ],
}

describe.each(Object.entries(tables))('%s', (_, table) => {
  it.each(table)('%j', (text, expected) => expect(words(text)).toEqual(expected))
})

describe('a port for those that name none', () => {
  it('is asked for once and given to all of them', () => {
    const text = '10.0.0.1\n10.0.0.2:81\n[::1]\nserver app1 app1.internal check'
    expect(words(text, { port: 8080 })).toEqual([
      '1: 10.0.0.1:8080',
      '2: 10.0.0.2:81',
      '3: [::1]:8080',
      '4: app1 = app1.internal:8080',
    ])
  })

  it('may make two lines the same', () => {
    expect(words('10.0.0.1:80\n10.0.0.1', { port: 80 })[1]).toBe(
      '2: ✗ "10.0.0.1:80" stands on line 1 already; leave one out',
    )
  })
})

it('leaves names to others that the pool has already', () => {
  expect(words('server web1 10.0.0.1:80', { taken: ['web1'] })).toEqual([
    '1: 10.0.0.1:80 (the name "web1" is taken; the pool gives it another)',
  ])
})

describe('any text', () => {
  const part = fc.constantFrom(
    ...[
      'server',
      'upstream',
      'backend',
      'reverse_proxy',
      'services:',
      'ports:',
      '- ',
      '  ',
      '\n',
      '\n  ',
      ' ',
      '{',
      '}',
      ';',
      '"',
      "'",
      '#',
    ],
    ...[
      '[',
      ']',
      ',',
      ':',
      '::',
      '10.0.0.1',
      '[::1]:80',
      ':80',
      'web1',
      'weight=',
      'weight 3',
      'check',
      'backup',
      '${A}',
      '{{',
      '\\',
      '@',
      '/',
    ],
    ...[
      'default-server',
      'to',
      'http://',
      'https://x',
      'unix:',
      '999',
      '%',
      '\t',
      '\r\n',
      'é',
      '\u0000',
      '*',
      '(',
      ')',
      '|',
      '\u2028',
    ],
  )
  const text = fc.oneof(
    fc.array(part, { maxLength: 60 }).map((parts) => parts.join('')),
    fc.string({ unit: 'binary', maxLength: 200 }),
  )

  it('is read without an error, and what is taken is accepted by the API', () => {
    fc.assert(
      fc.property(text, fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined }), (pasted, port) => {
        const entries = readPasted(pasted, { port })
        const lines = pasted.split(/\r\n|[\r\n\u2028\u2029]/).length
        for (const entry of entries) {
          expect(entry.line).toBeGreaterThan(0)
          expect(entry.line).toBeLessThanOrEqual(lines)
          if (entry.kind === 'fault') expect(entry.fault).not.toBe('')
          if (entry.kind === 'port') expect(port).toBeUndefined()
        }
        const backends = entries.flatMap((entry) => (entry.kind === 'backend' ? [entry.backend] : []))
        if (backends.length > 0) expect(newBackendsSchema.safeParse(backends).error?.issues).toBeUndefined()
        expect(new Set(backends.map(({ address }) => address)).size).toBe(backends.length)
        const ids = backends.flatMap(({ id }) => id ?? [])
        expect(new Set(ids).size).toBe(ids.length)
      }),
      { seed: 20261128, numRuns: 3000 },
    )
  })

  const long = 10_000
  it.each([
    ['addresses', Array.from({ length: long }, (_, at) => `10.0.${at >> 8}.${at & 255}:80`).join('\n'), long],
    ['one line of addresses', Array.from({ length: long }, (_, at) => `10.0.${at >> 8}.${at & 255}:80`).join(','), 1],
    [
      'server lines with weights',
      Array.from(
        { length: long },
        (_, at) => `server w${at} 10.0.${at >> 8}.${at & 255}:80 weight ${at + 1} check`,
      ).join('\n'),
      long,
    ],
    ['blocks that never close', 'upstream a {\n'.repeat(long), 30],
    ['an open statement', `upstream a {\n${'x\n'.repeat(long)}`, 2],
    ['many small Compose files', 'a:\n b: 1\n10.0.0.1:80\n'.repeat(long / 3), long - 1],
    ['keys far apart', `a:\n${'\n'.repeat(long)}`.repeat(3), 3],
    ['sections', 'backend a\n'.repeat(long), long],
    ['quotes', `"${'\\"'.repeat(500)}\n`.repeat(long / 10), 1],
    ['braces', `${'{'.repeat(1000)}\n`.repeat(long / 10), 0],
    ['brackets', `${'['.repeat(1000)}\n`.repeat(long / 10), 0],
    ['spaces', `${' '.repeat(1000)}x y\n`.repeat(long / 10), long / 10],
    ['dollars', `${'${'.repeat(500)}\n`.repeat(long / 10), 0],
    ['colons', `${'::'.repeat(500)}\n`.repeat(long / 10), long / 10],
    [
      'one line of a thousand addresses',
      Array.from({ length: 1000 }, (_, at) => `10.0.${at >> 8}.${at & 255}:80`).join(', '),
      1000,
    ],
    [
      'long words',
      `${'a1.'.repeat(30_000)}\n${'$a'.repeat(45_000)}\n${'1:'.repeat(45_000)}\n${'['.repeat(90_000)}x\n${'a/'.repeat(45_000)}`,
      5,
    ],
    ['one line of two million characters', 'a'.repeat(2_000_000), 1],
  ])('is read quickly: %s', (_, pasted, least) => {
    const began = performance.now()
    const entries = readPasted(pasted)
    // On a calm machine each takes less than a tenth of that; what grows with the square takes minutes.
    expect(performance.now() - began).toBeLessThan(3000)
    expect(entries.length).toBeGreaterThanOrEqual(least)
  })
})
