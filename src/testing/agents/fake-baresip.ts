/**
 * A program that speaks ctrl_tcp badly, in the way its first argument says. Started like baresip, by
 * `fakeBaresip()`; only node: imports, for it is compiled alone.
 */
import { readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';

const [mode = 'ok', ...args] = process.argv.slice(2);
const EXIT_CODES: Readonly<Record<string, number>> = { 'exit-98': 98, 'exit-99': 99, 'exit-1': 1 };
const VERSIONS: Readonly<Record<string, string>> = { 'too-old': '0.6.5', newest: '4.9.0' };

if (args.includes('-h')) {
  process.stdout.write(
    mode === 'no-baresip' ? 'hello\n' : `baresip v${VERSIONS[mode] ?? '1.0.0'} Copyright\n`,
  );
} else if (mode in EXIT_CODES) {
  process.stdout.write('ua: something is in the way\n');
  process.exitCode = EXIT_CODES[mode] ?? 1;
} else {
  serve();
}

function serve(): void {
  const folder = args[args.indexOf('-f') + 1] ?? '.';
  const config = readFileSync(join(folder, 'config'), 'utf8');
  const port = Number(/^ctrl_tcp_listen\s+\S+:(\d+)$/m.exec(config)?.[1]);
  process.stdout.write('baresip v1.0.0 fake\nmodule something.so: No such file or directory\n');
  if (mode === 'noise') {
    process.stdout.write(Buffer.from([0xff, 0xfe, 0x00, 0x1b, 0x5b, 0x0a, 0x80]));
    process.stdout.write(
      '\x1b[36;1m#\nUDP nonsense -> nonsense\nINVITE sip:x SIP/2.0\r\nContent-Length: x\r\n\r\n\x1b[;m\n',
    );
  }
  if (mode === 'ignores-quit') process.on('SIGTERM', () => undefined);
  if (mode === 'silent') setInterval(() => undefined, 1000);
  else
    createServer(converse).listen(port, '127.0.0.1', () => {
      // Not all programs that behave badly say so.
      if (mode !== 'noise') process.stdout.write('baresip is ready.\n');
    });
}

function converse(socket: Socket): void {
  if (mode === 'garbage') socket.write('HTTP/1.1 400 Bad Request\r\n\r\n');
  let text = '';
  socket.on('error', () => undefined);
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    for (;;) {
      const start = text.indexOf(':') + 1;
      const end = start + Number(text.slice(0, start - 1));
      if (start === 0 || text.length <= end) return;
      const body = text.slice(start, end);
      text = text.slice(end + 1);
      if (body !== '') command(socket, JSON.parse(body) as Request);
    }
  });
}

interface Request {
  command: string;
  params?: string;
  token: string;
}

function command(socket: Socket, request: Request): void {
  const { command: name, token } = request;
  const reply = (ok: boolean, data = ''): void => {
    socket.write(netstring(JSON.stringify({ response: true, ok, data, token })));
  };
  if (name === 'quit') {
    if (mode !== 'ignores-quit') process.exit(0);
    return;
  }
  if (mode === 'hang') return;
  if (mode === 'stranger') {
    reply(false, 'no such account');
    return;
  }
  if (name !== 'dial') {
    reply(true);
    return;
  }
  misbehave(socket, reply);
}

function misbehave(socket: Socket, reply: (ok: boolean, data?: string) => void): void {
  switch (mode) {
    case 'crash':
      process.stdout.write('about to crash\n');
      process.kill(process.pid, 'SIGSEGV');
      return;
    case 'dial-garbage':
      socket.write('3:abc;');
      return;
    case 'dial-half':
      socket.write('100:{"response":true,');
      return;
    case 'dial-close':
      socket.end();
      return;
    case 'dial-refused':
      reply(false, 'Invalid argument');
      return;
    case 'dial-no-json':
      socket.write(netstring('this is not JSON'));
      socket.write(netstring('[1,2,3]'));
      socket.write(
        netstring(JSON.stringify({ event: true, type: 'BRAND_NEW', class: 'x', nested: { a: 1 } })),
      );
      reply(true);
      return;
    default:
      reply(true);
  }
}

function netstring(text: string): string {
  return `${Buffer.byteLength(text)}:${text},`;
}
